// --if-empty: data that is there is left alone, and what a killed run has begun is not taken for it.
#include <bson/bson.h>
#include <catch2/catch_test_macros.hpp>

#include <csignal>

#include "sidekick/handle.hpp"
#include "tests/support/archive_writer.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/fixtures.hpp"
#include "tests/support/guarded_mongod.hpp"
#include "tests/support/sidekick.hpp"
#include "tests/support/slow_dump.hpp"

using namespace sidekick::test;

namespace {

std::vector<std::uint8_t> document(const std::string& json) {
  const sidekick::Handle<bson_t, bson_destroy> parsed(bson_new_from_json(
      reinterpret_cast<const std::uint8_t*>(json.data()), static_cast<ssize_t>(json.size()), nullptr));
  REQUIRE(parsed);
  return {bson_get_data(parsed.get()), bson_get_data(parsed.get()) + parsed->len};
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::string archive() {
  return "--archive=" + test_data("shop.archive.gz").string();
}

std::int64_t count(const MongoClient& client, const std::string& collection) {
  return integer(client.command("shop", boost::json::object{{"count", collection}}).at("n"));
}

}  // namespace

TEST_CASE("restore --if-empty restores into a database without documents and leaves any other alone") {
  const Mongod server;
  const auto client = server.client();
  client.command("shop", R"({"create":"orders"})");
  const std::vector<std::string> flags{"--uri=" + server.uri(), archive(), "--if-empty"};
  const Finished first = restore(flags);
  INFO(first.describe());
  CHECK(first.exit_code == 0);
  CHECK(count(client, "fruits") == 3);
  CHECK_FALSE(has_collection(client, "shop", "sidekick.unfinished"));

  client.command("shop", R"({"drop":"fruits"})");
  client.command("shop", R"({"insert":"orders","documents":[{"_id":1}]})");
  const Finished second = restore(flags);
  INFO(second.describe());
  CHECK(second.exit_code == 0);
  CHECK(has(second.err, "nothing was restored: 'shop.orders' holds documents"));
  CHECK_FALSE(has_collection(client, "shop", "fruits"));

  CHECK(restore({"--uri=" + server.uri(), archive(), "--if-empty", "--drop"}).exit_code == 78);
}

TEST_CASE("what a killed restore with --if-empty has begun is finished by the next one") {
  const Mongod server({.flags = test_commands});
  const auto client = server.client();
  const std::vector<std::string> flags{"--uri=" + server.uri(), archive(), "--if-empty"};
  client.command("admin", R"({"configureFailPoint":"failCommand","mode":"alwaysOn","data":{"failCommands":["collMod"],)"
                          R"("blockConnection":true,"blockTimeMS":60000}})");
  Child killed(restore_command(flags));
  REQUIRE(eventually(30s, [&] { return count(client, "fruits") == 3; }));
  killed.signal(SIGKILL);
  killed.wait(10s);
  let_run(client);
  client.command("shop", R"({"delete":"fruits","deletes":[{"q":{},"limit":1}]})");
  const Finished next = restore(flags);
  INFO(next.describe());
  CHECK(next.exit_code == 0);
  CHECK(count(client, "fruits") == 3);
  CHECK_FALSE(has_collection(client, "shop", "sidekick.unfinished"));
}

TEST_CASE("a whole restore ends what a killed one with --if-empty has begun, and a part of it does not") {
  const Mongod server;
  const auto client = server.client();
  const std::vector<std::string> flags{"--uri=" + server.uri(), archive()};
  client.command("shop", R"({"create":"sidekick.unfinished"})");
  auto part = flags;
  part.emplace_back("--nsInclude=shop.fruits");
  const Finished partly = restore(part);
  INFO(partly.describe());
  CHECK(partly.exit_code == 0);
  CHECK(has(partly.err, "--if-empty has not ended"));
  CHECK(has_collection(client, "shop", "sidekick.unfinished"));

  const Finished whole = restore(flags);
  INFO(whole.describe());
  CHECK(whole.exit_code == 0);
  CHECK_FALSE(has_collection(client, "shop", "sidekick.unfinished"));
}

TEST_CASE("restore --if-empty replays an oplog that drops the database") {
  const Mongod server;
  const TempDir folder;
  const auto path = folder / "oplog.archive";
  ArchiveWriter archive(path);
  archive.promise("shop", "fruits", "{}", {R"({"v":2,"key":{"_id":1},"name":"_id_"})"});
  archive.promise("", "oplog", "{}", {});
  archive.end_prelude();
  archive.segment("shop", "fruits", {document(R"({"_id":1})")});
  archive.end("shop", "fruits");
  const std::string ts = R"({"ts":{"$timestamp":{"t":1,"i":1}},"op":"c","ns":"shop.$cmd","o":)";
  archive.segment("", "oplog",
                  {document(ts + R"({"drop":"fruits"}})"), document(ts + R"({"dropDatabase":1}})"),
                   document(ts + R"({"create":"orders"}})")});
  archive.end("", "oplog");
  archive.close();
  const Finished finished =
      restore({"--uri=" + server.uri(), "--archive=" + path.string(), "--oplogReplay", "--if-empty"});
  INFO(finished.describe());
  CHECK(finished.exit_code == 0);
  CHECK(has_collection(server.client(), "shop", "orders"));
  CHECK_FALSE(has_collection(server.client(), "shop", "fruits"));
}

TEST_CASE("a restore that finds its own data hints at --if-empty") {
  const Mongod server;
  REQUIRE(restore({"--uri=" + server.uri(), archive()}).exit_code == 0);
  const Finished second = restore({"--uri=" + server.uri(), archive()});
  INFO(second.describe());
  CHECK(second.exit_code == 0);
  CHECK(has(second.err, "every document existed already"));
  CHECK(has(second.err, "--if-empty"));
}

TEST_CASE("a restore with --drop tells how many documents of which collection it removes") {
  const Mongod server;
  const auto client = server.client();
  client.command("shop", R"({"insert":"fruits","documents":[{"_id":"a"},{"_id":"b"}]})");
  const Finished finished = restore({"--uri=" + server.uri(), archive(), "--drop"});
  INFO(finished.describe());
  CHECK(finished.exit_code == 0);
  CHECK(has(finished.err,
            R"("msg":"dropping a collection","job":"restore","attempt":1,"collection":"shop.fruits","documents":2)"));
}
