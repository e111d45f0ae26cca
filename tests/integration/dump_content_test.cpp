// What lies in a dump: it is restored, or named, or refused before anything is dropped; verify judges as restore does.
#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>

#include "tests/support/archive_writer.hpp"
#include "tests/support/dump_files.hpp"
#include "tests/support/mongod.hpp"
#include "tests/support/server_state.hpp"
#include "tests/support/sidekick.hpp"

namespace sidekick::test {

namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

/// What a refused input must leave alone: each database of the dumps here has it in `x`.
constexpr const char* was_there = R"({"insert":"x","documents":[{"_id":"was there"}]})";

std::int64_t count(const MongoClient& client, const std::string& db, const std::string& collection) {
  return integer(client.command(db, R"({"count":")" + collection + R"("})").at("n"));
}

json::array names_of_indexes(const MongoClient& client, const std::string& db, const std::string& collection) {
  json::array names;
  for (const auto& index : client.documents(db, {{"listIndexes", collection}}))
    names.push_back(index.as_object().at("name"));
  return names;
}

bool says(const Finished& finished, const std::string& text) {
  return finished.err.find(text) != std::string::npos;
}

/// Whether restore, its --dryRun and verify refuse the folder with 65 and name `object`, and nothing was dropped.
void refused_by_all(const MongoClient& client, const std::string& uri, const TempDir& dump, const std::string& db,
                    const std::string& object, std::vector<std::string> flags = {}) {
  INFO("database " << db);
  client.command(db, was_there);
  flags.insert(flags.end(), {"--uri=" + uri, "--drop", dump.path().string()});
  auto dry = flags;
  dry.emplace_back("--dryRun");
  for (const auto& finished :
       {restore(flags, 30s), restore(dry, 30s), sidekick_run({"verify", dump.path().string()}, 30s)}) {
    INFO(finished.describe());
    CHECK(finished.exit_code == 65);
    REQUIRE(error_lines(finished).size() == 1);
    CHECK(error_lines(finished).front().find(object) != std::string::npos);
  }
  CHECK(count(client, db, "x") == 1);
  client.command(db, R"({"dropDatabase":1})");
}

/// Whether restore and verify accept the folder.
Finished accepted_by_all(const std::string& uri, const TempDir& dump, std::vector<std::string> flags = {}) {
  const auto verified = sidekick_run({"verify", dump.path().string()}, 30s);
  INFO(verified.describe());
  CHECK(verified.exit_code == 0);
  flags.insert(flags.end(), {"--uri=" + uri, dump.path().string()});
  auto finished = restore(flags, 30s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 0);
  return finished;
}

}  // namespace

TEST_CASE("the indexes that old dumps keep in system.indexes are built") {
  const Mongod server;
  const auto client = server.client();
  const auto indexes = bson(R"({"v":1,"key":{"_id":1},"ns":"old.sports","name":"_id_"})") +
                       bson(R"({"v":1,"key":{"s":1},"ns":"old.sports","name":"s_1","unique":true})") +
                       bson(R"({"v":1,"key":{"s":1},"ns":"old.gone","name":"s_1"})");
  const TempDir dump;
  put_file(dump, "old/sports.bson", bson(R"({"_id":1,"s":1})"));
  put_file(dump, "old/system.indexes.bson", indexes);
  const auto finished = accepted_by_all(server.uri(), dump);
  INFO(finished.describe());
  CHECK(names_of_indexes(client, "old", "sports") == json::array{"_id_", "s_1"});
  CHECK_THROWS_AS(client.command("old", R"({"insert":"sports","documents":[{"_id":2,"s":1}]})").at("none"),
                  std::exception);
  CHECK(says(finished, "old.gone"));

  INFO("a database under another name, and a collection that is renamed");
  const auto renamed = restore({"--uri=" + server.uri(), "--db=fresh", (dump / "old").string()}, 30s);
  INFO(renamed.describe());
  CHECK(names_of_indexes(client, "fresh", "sports") == json::array{"_id_", "s_1"});
  const auto moved = restore({"--uri=" + server.uri(), "--nsInclude=old.sports", "--nsFrom=old.sports",
                              "--nsTo=new.games", dump.path().string()},
                             30s);
  INFO(moved.describe());
  CHECK(names_of_indexes(client, "new", "games") == json::array{"_id_", "s_1"});
  const auto one_file =
      restore({"--uri=" + server.uri(), "--db=alone", "--collection=one", (dump / "old/sports.bson").string()}, 30s);
  INFO(one_file.describe());
  CHECK(names_of_indexes(client, "alone", "one") == json::array{"_id_", "s_1"});
  const auto without = restore(
      {"--uri=" + server.uri(), "--noIndexRestore", "--nsFrom=old.*", "--nsTo=bare.*", dump.path().string()}, 30s);
  INFO(without.describe());
  CHECK(names_of_indexes(client, "bare", "sports") == json::array{"_id_"});

  INFO("in an archive");
  const auto path = dump / "old.archive";
  ArchiveWriter archive(path);
  archive.promise("arc", "system.indexes", "{}", {});
  archive.promise("arc", "sports", "{}", {});
  archive.end_prelude();
  archive.segment("arc", "system.indexes",
                  {bson_bytes(R"({"v":1,"key":{"s":1},"ns":"arc.sports","name":"s_1","unique":true})")});
  archive.end("arc", "system.indexes");
  archive.segment("arc", "sports", {bson_bytes(R"({"_id":1})")});
  archive.end("arc", "sports");
  archive.close();
  const auto from_archive = restore({"--uri=" + server.uri(), "--archive=" + path.string()}, 30s);
  INFO(from_archive.describe());
  CHECK(from_archive.exit_code == 0);
  CHECK(names_of_indexes(client, "arc", "sports") == json::array{"_id_", "s_1"});
  CHECK(sidekick_run({"verify", path.string()}, 30s).exit_code == 0);
}

TEST_CASE("an entry of system.indexes that is no index is refused before anything is dropped") {
  const Mongod server;
  for (const char* entry : {R"({"v":1,"key":{"s":1},"name":"s_1"})", R"({"ns":"bad.x","key":{"s":1}})",
                            R"({"ns":"bad.x","name":"s_1","key":7})"}) {
    INFO(entry);
    const TempDir dump;
    put_file(dump, "bad/x.bson", bson(R"({"_id":1})"));
    put_file(dump, "bad/system.indexes.bson", bson(entry));
    refused_by_all(server.client(), server.uri(), dump, "bad", "system.indexes");
  }
}

TEST_CASE("a file that ends in .bin is read as documents") {
  const Mongod server;
  const auto client = server.client();
  const TempDir dump;
  put_file(dump, "b5/x.bin", bson(R"({"_id":1})"));
  put_file(dump, "b5/x.metadata.json", R"({"options":{},"indexes":[{"v":2,"key":{"q":1},"name":"q_1"}]})");
  accepted_by_all(server.uri(), dump);
  CHECK(count(client, "b5", "x") == 1);
  CHECK(names_of_indexes(client, "b5", "x") == json::array{"_id_", "q_1"});
  const auto alone = restore({"--uri=" + server.uri(), "-d", "d", "-c", "c", (dump / "b5/x.bin").string()}, 30s);
  INFO(alone.describe());
  CHECK(count(client, "d", "c") == 1);
  CHECK(sidekick_run({"verify", (dump / "b5/x.bin").string()}, 30s).exit_code == 0);
}

TEST_CASE("documents and metadata in a form that is not read are refused") {
  const Mongod server;
  const auto client = server.client();
  for (const char* ending : {"bz2", "xz", "zip", "lz4", "7z", "gpg", "part", "001"}) {
    INFO(ending);
    const TempDir dump;
    put_file(dump, std::string("b8/x.bson.") + ending, "whatever");
    refused_by_all(client, server.uri(), dump, "b8", std::string("x.bson.") + ending);
    put_file(dump, "b8/x.metadata.json", R"({"indexes":[]})");
    refused_by_all(client, server.uri(), dump, "b8", std::string("x.bson.") + ending);
  }
  const TempDir dump;
  put_file(dump, "b9/x.bson", bson(R"({"_id":1})"));
  put_file(dump, "b9/x.metadata.json.bz2", "whatever");
  refused_by_all(client, server.uri(), dump, "b9", "x.metadata.json.bz2");
  put_file(dump, "b9/y.bson", bson(R"({"_id":1})"));
  const auto others = restore({"--uri=" + server.uri(), "--nsExclude=b9.x", dump.path().string()}, 30s);
  INFO(others.describe());
  CHECK(others.exit_code == 0);
  CHECK(count(client, "b9", "y") == 1);
}

TEST_CASE("metadata without documents is refused with --drop and named without it") {
  const Mongod server;
  const TempDir dump;
  put_file(dump, "m/x.metadata.json", R"({"indexes":[{"v":2,"key":{"q":1},"name":"q_1"}]})");
  refused_by_all(server.client(), server.uri(), dump, "m", "m.x");
  const auto made = restore({"--uri=" + server.uri(), dump.path().string()}, 30s);
  INFO(made.describe());
  CHECK(made.exit_code == 0);
  CHECK(says(made, "m.x"));
  CHECK(names_of_indexes(server.client(), "m", "x") == json::array{"_id_", "q_1"});
}

TEST_CASE("of two files for one collection --gzip chooses, and else none") {
  const Mongod server;
  const auto client = server.client();
  const TempDir dump;
  put_file(dump, "b1/x.bson", bson(R"({"_id":"plain"})"));
  put_gzip_file(dump, "b1/x.bson.gz", bson(R"({"_id":"packed"})"));
  refused_by_all(client, server.uri(), dump, "b1", "x.bson.gz");
  const auto chosen = restore({"--uri=" + server.uri(), "--gzip", dump.path().string()}, 30s);
  INFO(chosen.describe());
  CHECK(chosen.exit_code == 0);
  CHECK(says(chosen, "x.bson"));
  CHECK(client.documents("b1", {{"find", "x"}}).at(0).at("_id") == "packed");
  client.command("b1", R"({"dropDatabase":1})");

  const TempDir twice;
  put_file(twice, "b1/x.metadata.json", "{}");
  put_gzip_file(twice, "b1/x.metadata.json.gz", "{}");
  put_file(twice, "b1/x.bson", bson(R"({"_id":1})"));
  refused_by_all(client, server.uri(), twice, "b1", "x.metadata.json");
  const TempDir escaped;
  put_file(escaped, "b1/a%2Eb.bson", bson(R"({"_id":1})"));
  put_file(escaped, "b1/a.b.bson", bson(R"({"_id":1})"));
  refused_by_all(client, server.uri(), escaped, "b1", "b1.a.b");
  const TempDir bin;
  put_file(bin, "b1/x.bin", bson(R"({"_id":1})"));
  put_file(bin, "b1/x.bson", bson(R"({"_id":1})"));
  refused_by_all(client, server.uri(), bin, "b1", "x.bin", {"--gzip"});
}

TEST_CASE("names that no server takes are refused") {
  const Mongod server;
  const auto client = server.client();
  const std::vector<std::string> databases{"my.db", "my db", "a$b", "a\\b", "a\"b", std::string(64, 'd')};
  for (const auto& db : databases) {
    INFO(db);
    const TempDir dump;
    put_file(dump, db + "/x.bson", bson(R"({"_id":1})"));
    put_file(dump, "my/x.bson", bson(R"({"_id":1})"));
    refused_by_all(client, server.uri(), dump, "my", "no server accepts");
  }
  const auto cut = std::string(207, 'c') + "%24" + std::string(27, 'h');
  for (const auto& file : {std::string("a%24b"), std::string("a%00b"), std::string("%2Ea"), cut}) {
    INFO(file);
    const TempDir dump;
    put_file(dump, "my/x.bson", bson(R"({"_id":1})"));
    put_file(dump, "my/" + file + ".bson", bson(R"({"_id":1})"));
    if (file == cut)
      put_file(dump, "my/" + file + ".metadata.json", R"({"collectionName":")" + std::string(253, 'c') + R"("})");
    refused_by_all(client, server.uri(), dump, "my", "no server accepts");
  }
  const TempDir folder;
  const auto path = folder / "dots.archive";
  ArchiveWriter archive(path);
  archive.promise("a.b", "c", "{}", {});
  archive.end_prelude();
  archive.end("a.b", "c");
  archive.close();
  for (const auto& finished : {restore({"--uri=" + server.uri(), "--drop", "--archive=" + path.string()}, 30s),
                               sidekick_run({"verify", path.string()}, 30s)}) {
    INFO(finished.describe());
    CHECK(finished.exit_code == 65);
  }
  const TempDir left_out;
  put_file(left_out, "my.db/x.bson", bson(R"({"_id":1})"));
  put_file(left_out, "good/x.bson", bson(R"({"_id":1})"));
  const auto good = restore({"--uri=" + server.uri(), "--nsExclude=my.db.*", left_out.path().string()}, 30s);
  INFO(good.describe());
  CHECK(good.exit_code == 0);
}

TEST_CASE("buckets become a time series where its metadata is there, and nothing else") {
  const Mongod server;
  const auto client = server.client();
  client.command("ts", R"({"create":"m","timeseries":{"timeField":"t","metaField":"k"}})");
  client.command("ts", R"({"insert":"m","documents":[{"t":{"$date":0},"k":1,"v":1},{"t":{"$date":9},"k":1,"v":2}]})");
  const TempDir dump;
  const auto dumped = sidekick_run({"dump", "--uri=" + server.uri(), "--db=ts", "--out=" + dump.path().string()}, 30s);
  INFO(dumped.describe());
  REQUIRE(dumped.exit_code == 0);
  const auto file = (dump / "ts/system.buckets.m.bson").string();
  const auto is_series = [&](const std::string& db, const std::string& name) {
    const auto found = client.documents(db, {{"listCollections", 1}, {"filter", {{"name", name}}}});
    return !found.empty() && found.at(0).at("type") == "timeseries" && count(client, db, name) == 2;
  };
  for (const std::vector<std::string>& flags : {std::vector<std::string>{"-d", "ts2", "-c", "m"},
                                                {"-d", "ts3"},
                                                {"-d", "ts4", "-c", "other"},
                                                {"-d", "ts5", "-c", "m", "--noOptionsRestore"}}) {
    auto words = flags;
    words.insert(words.end(), {"--uri=" + server.uri(), file});
    const auto finished = restore(words, 30s);
    INFO(finished.describe());
    CHECK(finished.exit_code == 0);
    CHECK(is_series(flags[1], flags.size() > 3 ? flags[3] : "m"));
  }
  CHECK(sidekick_run({"verify", file}, 30s).exit_code == 0);
  fs::remove(dump / "ts/m.metadata.json");
  client.command("ts6", was_there);
  for (const auto& finished :
       {restore({"--uri=" + server.uri(), "-d", "ts6", "-c", "m", "--drop", file}, 30s),
        restore({"--uri=" + server.uri(), "--drop", dump.path().string()}, 30s), sidekick_run({"verify", file}, 30s),
        sidekick_run({"verify", dump.path().string()}, 30s)}) {
    INFO(finished.describe());
    CHECK(finished.exit_code == 65);
    CHECK(error_lines(finished).size() == 1);
  }
  CHECK(is_series("ts", "m"));
  const auto path = dump / "buckets.archive";
  ArchiveWriter archive(path);
  archive.promise("ts7", "system.buckets.m", "{}", {});
  archive.end_prelude();
  archive.end("ts7", "system.buckets.m");
  archive.close();
  CHECK(restore({"--uri=" + server.uri(), "--archive=" + path.string()}, 30s).exit_code == 65);
  CHECK(sidekick_run({"verify", path.string()}, 30s).exit_code == 65);
}

TEST_CASE("what is no part of a dump is named in one line, and the rest is restored") {
  const Mongod server;
  const auto client = server.client();
  const TempDir dump;
  put_file(dump, "shop/x.bson", bson(R"({"_id":1})"));
  put_file(dump, "shop/README.txt", "x");
  put_file(dump, "shop/._x.bson", "AppleDouble");
  put_file(dump, "shop/x.bson.bak", "older");
  put_file(dump, "loose.bson", bson(R"({"_id":1})"));
  put_file(dump, "lost+found/nothing.txt", "");
  put_file(dump, "dump.log", "x");
  put_file(dump, "local/startup_log.bson", bson(R"({"_id":1})"));
  put_file(dump, "config/system.sessions.bson", bson(R"({"_id":1})"));
  put_file(dump, "shop/system.profile.bson", bson(R"({"_id":1})"));
  const auto finished = accepted_by_all(server.uri(), dump, {"--drop"});
  INFO(finished.describe());
  CHECK(count(client, "shop", "x") == 1);
  for (const char* name : {"README.txt", "._x.bson", "x.bson.bak", "loose.bson", "lost+found", "dump.log",
                           "local.startup_log", "config.system.sessions", "shop.system.profile"}) {
    INFO(name);
    CHECK(says(finished, name));
  }
  const auto verified = sidekick_run({"verify", dump.path().string()}, 30s);
  CHECK(says(verified, "README.txt"));
}

TEST_CASE("links that lead nowhere and folders of files are refused by name") {
  const Mongod server;
  const auto client = server.client();
  const TempDir dump;
  put_file(dump, "d/x.bson", bson(R"({"_id":1})"));
  fs::create_symlink("y.bson", dump / "d/y.bson");
  refused_by_all(client, server.uri(), dump, "d", "y.bson");
  fs::remove(dump / "d/y.bson");
  fs::create_symlink("gone.bson", dump / "d/z.bson");
  refused_by_all(client, server.uri(), dump, "d", "z.bson");
  fs::remove(dump / "d/z.bson");
  fs::create_directory(dump / "d/w.bson");
  refused_by_all(client, server.uri(), dump, "d", "w.bson");
  fs::remove(dump / "d/w.bson");
  fs::create_directory_symlink("loop", dump / "loop");
  refused_by_all(client, server.uri(), dump, "d", "loop");
}

TEST_CASE("a byte order mark before metadata is skipped, and metadata that cannot be read is named") {
  const Mongod server;
  const TempDir dump;
  put_file(dump, "a5/bom.bson", bson(R"({"_id":1})"));
  put_file(dump, "a5/bom.metadata.json", "\xef\xbb\xbf{\"indexes\":[{\"v\":2,\"key\":{\"q\":1},\"name\":\"q_1\"}]}");
  accepted_by_all(server.uri(), dump);
  CHECK(names_of_indexes(server.client(), "a5", "bom") == json::array{"_id_", "q_1"});
  for (const char* text : {"{", "[]", "[{\"options\":{}}]", "{} x", "{}{}", "\"x\"", "\xff\xfe{\0}\0"}) {
    put_file(dump, "a5/bom.metadata.json", text);
    refused_by_all(server.client(), server.uri(), dump, "a5", "bom.metadata.json");
  }
}

TEST_CASE("metadata of a wrong form is refused") {
  const Mongod server;
  for (const char* text : {
           R"({"indexes":["q_1"]})",
           R"({"indexes":{"q":1}})",
           R"({"indexes":[{"v":2,"key":["q"],"name":"q_1"}]})",
           R"({"indexes":[{"v":2,"key":{},"name":"q_1"}]})",
           R"({"indexes":[{"v":2,"key":"q","name":"q_1"}]})",
           R"({"indexes":[{"v":2,"key":{"q":{"a":1}},"name":"q_1"}]})",
           R"({"indexes":[{"v":2,"key":{"q":1}}]})",
           R"({"indexes":[{"v":2,"name":"q_1"}]})",
           R"({"options":[]})",
           R"({"options":"capped"})",
           R"({"uuid":"x"})",
           R"({"uuid":7})",
           R"({"type":"viev"})",
           R"({"type":"view"})",
           R"({"type":"timeseries"})",
       }) {
    INFO(text);
    const TempDir dump;
    put_file(dump, "f/x.bson", bson(R"({"_id":1})"));
    put_file(dump, "f/x.metadata.json", text);
    refused_by_all(server.client(), server.uri(), dump, "f", "f.x");
  }
}

TEST_CASE("index keys of old servers name the flag that converts them") {
  const Mongod server;
  const auto client = server.client();
  for (const char* value : {"true", "\"\"", "0", "null"}) {
    INFO(value);
    const TempDir dump;
    put_file(dump, "k/x.bson", bson(R"({"_id":1})"));
    put_file(dump, "k/x.metadata.json",
             R"({"indexes":[{"v":1,"key":{"q":)" + std::string(value) + R"(},"name":"q"}]})");
    client.command("k", R"({"dropDatabase":1})");
    client.command("k", was_there);
    const auto refused = restore({"--uri=" + server.uri(), "--drop", dump.path().string()}, 30s);
    INFO(refused.describe());
    CHECK(refused.exit_code == 65);
    CHECK(says(refused, "--convertLegacyIndexes"));
    CHECK(client.documents("k", {{"find", "x"}}).at(0).at("_id") == "was there");
    const auto converted =
        restore({"--uri=" + server.uri(), "--drop", "--convertLegacyIndexes", dump.path().string()}, 30s);
    INFO(converted.describe());
    CHECK(converted.exit_code == 0);
    CHECK(names_of_indexes(client, "k", "x").size() == 2);
    CHECK(restore({"--uri=" + server.uri(), "--drop", "--noIndexRestore", dump.path().string()}, 30s).exit_code == 0);
  }
}

TEST_CASE("an option of a newer server names both versions") {
  const Mongod server({.version = "4.4.2"});
  const TempDir dump;
  put_file(dump, "prelude.json", R"({"ServerVersion":"8.0.3","ToolVersion":"100.10.0"})");
  put_file(dump, "n/x.bson", bson(R"({"_id":1})"));
  put_file(dump, "n/x.metadata.json", R"({"options":{"changeStreamPreAndPostImages":{"enabled":true}}})");
  const auto option = restore({"--uri=" + server.uri(), dump.path().string()}, 30s);
  INFO(option.describe());
  CHECK(option.exit_code == 65);
  for (const char* said : {"n.x", "changeStreamPreAndPostImages", "8.0.3", "4.4.2", "--noOptionsRestore"})
    CHECK(says(option, said));

  const auto client = server.client();
  client.command("n", R"({"insert":"x","documents":[{"_id":"was there"}]})");
  const auto dropping = restore({"--uri=" + server.uri(), "--drop", dump.path().string()}, 30s);
  INFO(dropping.describe());
  CHECK(dropping.exit_code == 65);
  CHECK(says(dropping, "nothing was changed"));
  CHECK(client.documents("n", {{"find", "x"}}).at(0).at("_id") == "was there");
  CHECK(client.documents("n", {{"listCollections", 1}}).size() == 1);
  put_file(dump, "prelude.json", R"({"ServerVersion":"4.4.2","ToolVersion":"100.10.0"})");
  CHECK(restore({"--uri=" + server.uri(), "--drop", dump.path().string()}, 30s).exit_code == 65);
  CHECK(client.documents("n", {{"find", "x"}}).at(0).at("_id") == "was there");

  put_file(dump, "prelude.json", R"({"ServerVersion":"8.0.3","ToolVersion":"100.10.0"})");
  put_file(dump, "n/x.metadata.json", R"({"indexes":[{"v":2,"key":{"$**":"columnstore"},"name":"all"}]})");
  const auto index = restore({"--uri=" + server.uri(), dump.path().string()}, 30s);
  INFO(index.describe());
  CHECK(index.exit_code == 65);
  for (const char* said : {"n.x", "columnstore", "8.0.3", "4.4.2", "--noIndexRestore"}) CHECK(says(index, said));
}

}  // namespace sidekick::test
