// What is given in place of a dump: it is opened where that can be, and else named together with the way out.
#include <catch2/catch_test_macros.hpp>
#include <sys/stat.h>

#include "tests/support/age_key.hpp"
#include "tests/support/backup_store.hpp"
#include "tests/support/dump_files.hpp"
#include "tests/support/fixtures.hpp"
#include "tests/support/mongod.hpp"
#include "tests/support/sidekick.hpp"

namespace sidekick::test {

namespace fs = std::filesystem;

namespace {

void refused(const Finished& finished, int code, const std::string& name, const std::string& way_out) {
  INFO(finished.describe());
  CHECK(finished.exit_code == code);
  REQUIRE(error_lines(finished).size() == 1);
  INFO("named: " << name << ", way out: " << way_out);
  CHECK(error_lines(finished).front().find(name) != std::string::npos);
  CHECK(error_lines(finished).front().find(way_out) != std::string::npos);
  CHECK(finished.wall < 5s);
}

/// Runs a tool of the system, which must succeed.
void tool(std::vector<std::string> words) {
  const auto finished = run({std::move(words)}, 30s);
  INFO(finished.describe());
  REQUIRE(finished.exit_code == 0);
}

/// As a terminal passes it on.
std::string with_crlf(const std::string& bytes) {
  std::string out;
  for (const char c : bytes) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

std::int64_t count(const MongoClient& client, const std::string& db, const std::string& collection) {
  return integer(client.command(db, R"({"count":")" + collection + R"("})").at("n"));
}

}  // namespace

TEST_CASE("restore opens an archive that is encrypted, from a file and from standard input") {
  const Mongod server;
  const auto client = server.client();
  client.command("shop", R"({"insert":"fruits","documents":[{"_id":1},{"_id":2}]})");
  const AgeKey key;
  const AgeKey other;
  const BackupStore store;
  const auto taken = store.take(server.uri(), {"--recipient=" + key.recipient()});
  INFO(taken.describe());
  REQUIRE(taken.exit_code == 0);
  const auto file = (store / text_of(store.newest(), "name")).string();
  const auto identity = "--identity-file=" + key.file().string();

  client.command("shop", R"({"dropDatabase":1})");
  const auto by_file = restore({"--uri=" + server.uri(), "--archive=" + file, identity}, 30s);
  INFO(by_file.describe());
  CHECK(by_file.exit_code == 0);
  CHECK(count(client, "shop", "fruits") == 2);

  client.command("shop", R"({"dropDatabase":1})");
  auto command = restore_command({"--uri=" + server.uri(), "--archive", identity});
  command.input = file;
  const auto by_input = run(command, 30s);
  INFO(by_input.describe());
  CHECK(by_input.exit_code == 0);
  CHECK(count(client, "shop", "fruits") == 2);

  refused(restore({"--uri=" + server.uri(), "--archive=" + file}, 30s), 78, "encrypted", "--identity-file");
  refused(restore({"--uri=" + server.uri(), "--archive=" + file, "--identity-file=" + other.file().string()}, 30s), 77,
          "decrypt", "recipients");
  refused(restore({"--uri=" + server.uri(), "--dir=" + file, identity}, 30s), 78, "--identity-file", "");
  refused(restore({"--uri=" + server.uri(), file}, 30s), 66, "age", "--identity-file");
}

TEST_CASE("a file that is no archive is named for what it is, by restore and by verify") {
  const auto nowhere = std::string("mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=100");
  const TempDir folder;
  const auto data = test_data("good.archive").string();
  const auto in = [&](const std::string& name) { return (folder / name).string(); };
  put_file(folder, "dump/shop/x.bson", bson(R"({"_id":1})"));
  tool({"tar", "-czf", in("x.tgz"), "-C", folder.path().string(), "dump"});
  tool({"tar", "-cf", in("x.tar"), "-C", folder.path().string(), "dump"});
  tool({"sh", "-c", "xz -c " + data + " > " + in("x.xz") + " && bzip2 -c " + data + " > " + in("x.bz2")});
  put_file(folder, "x.zip", std::string("PK\x03\x04\x14\0\0\0", 8));
  put_file(folder, "x.lz4", "\x04\x22\x4d\x18 and more");
  put_file(folder, "x.html", "\n<!DOCTYPE html><html><body>404 Not Found</body></html>");
  put_file(folder, "x.xml", "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>");
  put_file(folder, "x.json", R"({"_id":1})");
  put_file(folder, "x.asc", "-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n");
  put_file(folder, "x.enc", "Salted__12345678");
  put_file(folder, "x.utf16", std::string("\xff\xfe\x6d\0\xe2\0", 6));
  struct Case {
    std::string file, is, way_out;
    int verified = 65;
  };
  const std::vector<Case> cases{
      {"x.tgz", "a tar", "tar -x", 0},
      {"x.tar", "a tar", "tar -x", 0},
      {"x.xz", "xz", "unpack it"},
      {"x.bz2", "bzip2", "unpack it"},
      {"x.lz4", "lz4", "unpack it"},
      {"x.zip", "a zip file", "unzip"},
      {"x.html", "web page", "download"},
      {"x.xml", "XML", "download"},
      {"x.json", "JSON", "mongoimport"},
      {"x.asc", "age file in text form", "age -d"},
      {"x.enc", "openssl", "decrypt"},
      {"x.utf16", "UTF-16", "--archive=FILE"},
      {"dump/shop/x.bson", "plain documents", "--collection", 0},
  };
  for (const auto& [file, is, way_out, verified] : cases) {
    INFO(file);
    refused(restore({"--uri=" + nowhere, "--archive=" + in(file)}, 30s), 65, is, way_out);
    if (verified != 0) refused(sidekick_run({"verify", in(file)}, 30s), verified, is, way_out);
    if (file != "dump/shop/x.bson") refused(restore({"--uri=" + nowhere, in(file)}, 30s), 66, is, way_out);
  }
  refused(restore({"--uri=" + nowhere, data}, 30s), 66, "an archive", "--archive=FILE");
}

TEST_CASE("an archive that came through a terminal is named as that") {
  const Mongod server;
  const TempDir folder;
  int damaged = 0;
  for (const char* name : {"multi.archive.gz", "indexes.archive.gz", "old-style.archive", "clustered.archive"}) {
    INFO(name);
    const auto bytes = read_file(*fixtures_folder() / name);
    if (bytes.find('\n') == std::string::npos) continue;
    damaged++;
    put_file(folder, name, with_crlf(bytes));
    const auto path = (folder / name).string();
    refused(restore({"--uri=" + server.uri(), "--drop", "--archive=" + path}, 30s), 65, name, "without -t");
    refused(sidekick_run({"verify", path}, 30s), 65, name, "without -t");
  }
  CHECK(damaged >= 2);
}

TEST_CASE("a window of zstd that is too large is named as that") {
  const TempDir folder;
  const auto big = (folder / "big.archive.zst").string();
  const auto data = test_data("good.archive").string();
  // Without its length in the header the frame tells the whole window.
  tool({"sh", "-c", "cat " + data + " | zstd -q --ultra -22 --long=27 --no-content-size -c > " + big});
  refused(sidekick_run({"verify", big}, 30s), 65, "window", "zstd -dc --long=31");
  refused(restore({"--uri=mongodb://127.0.0.1:9/", "--archive=" + big}, 30s), 65, "window", "zstd -dc --long=31");
}

TEST_CASE("a folder that holds the dump further up or down, or archives, is told of it") {
  const auto uri = std::string("--uri=mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=100");
  const TempDir folder;
  put_file(folder, "2024/dump/shop/x.bson", bson(R"({"_id":1})"));
  put_file(folder, "archives/readme.txt", "x");
  fs::copy_file(test_data("shop.archive.gz"), folder / "archives/shop.archive.gz");
  const auto dump = (folder / "2024/dump").string();
  for (const char* above : {"2024", ""}) {
    const auto path = (folder / above).string();
    refused(restore({uri, path}, 30s), 66, path, dump);
    refused(sidekick_run({"verify", path}, 30s), 66, path, dump);
  }
  refused(restore({uri, dump + "/shop"}, 30s), 64, "shop", "--db=shop");
  CHECK(sidekick_run({"verify", dump + "/shop"}, 30s).exit_code == 0);
  const auto archives = (folder / "archives").string();
  refused(restore({uri, archives}, 30s), 66, archives, "--archive=" + archives + "/shop.archive.gz");
  refused(restore({uri, "--archive=" + archives}, 30s), 66, archives, "--archive=" + archives + "/shop.archive.gz");
  refused(sidekick_run({"verify", archives}, 30s), 66, archives, archives + "/shop.archive.gz");
  refused(restore({uri, "--archive=" + dump}, 30s), 66, dump, "without --archive");
}

TEST_CASE("a folder of a dump that may not be entered is denied by name") {
  const TempDir folder;
  fs::copy_file(sidekick_binary(), folder / "sidekick");
  put_file(folder, "dump/shop/x.bson", bson(R"({"_id":1})"));
  REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
  for (const auto& closed : {folder / "dump/shop", folder / "dump"})
    for (const mode_t mode : {mode_t{0644}, mode_t{0311}}) {
      INFO(closed << " " << mode);
      REQUIRE(::chmod(closed.c_str(), mode) == 0);
      for (const std::vector<std::string>& words :
           {std::vector<std::string>{"restore", "--uri=mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=100"},
            {"verify"}}) {
        std::vector<std::string> all{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                                     folder / "sidekick"};
        all.insert(all.end(), words.begin(), words.end());
        all.push_back((folder / "dump").string());
        refused(run({all}, 30s), 77, (folder / "dump").string(), "");
      }
      REQUIRE(::chmod(closed.c_str(), 0755) == 0);
    }
}

TEST_CASE("the totals in the header of an archive of ours are compared by restore as well") {
  const Mongod server;
  const auto client = server.client();
  client.command("shop", R"({"insert":"fruits","documents":[{"_id":1},{"_id":2}]})");
  const TempDir folder;
  const auto path = (folder / "x.archive").string();
  const auto dumped = sidekick_run({"dump", "--uri=" + server.uri(), "--archive=" + path}, 30s);
  INFO(dumped.describe());
  REQUIRE(dumped.exit_code == 0);
  auto bytes = read_file(path);
  const auto at = bytes.find("documents", bytes.find("sidekick"));
  REQUIRE(at != std::string::npos);
  bytes[at + std::string("documents").size() + 1]++;
  write_file(path, bytes);
  refused(sidekick_run({"verify", path}, 30s), 65, "documents where its header says", "");
  refused(restore({"--uri=" + server.uri(), "--drop", "--archive=" + path}, 30s), 65, "documents where its header says",
          "");
  CHECK(count(client, "shop", "fruits") == 2);
}

}  // namespace sidekick::test
