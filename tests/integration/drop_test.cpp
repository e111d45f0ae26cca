// --drop never costs a database: nothing is dropped for an archive that cannot take its place.
#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/support/fixtures.hpp"
#include "tests/support/mongod.hpp"
#include "tests/support/server_state.hpp"
#include "tests/support/sidekick.hpp"

using namespace sidekick::test;
namespace json = boost::json;

namespace {

// The same database and collections as in the archives of tests/data, with other documents.
void put_documents(const MongoClient& client) {
  client.command("farm", R"({"insert":"animals","documents":[{"_id":"a","precious":1},{"_id":"b"}]})");
  client.command("farm", R"({"insert":"tools","documents":[{"_id":"c","precious":2}]})");
}

bool documents_are_there(const json::object& namespaces) {
  return namespaces.contains("farm.animals") && integer(namespaces.at("farm.animals").at("count")) == 2 &&
         namespaces.contains("farm.tools") && integer(namespaces.at("farm.tools").at("count")) == 1;
}

}  // namespace

TEST_CASE("a damaged archive with --drop costs no document") {
  const std::string broken = GENERATE("cut.archive", "crc.archive", "cut.archive.gz", "text.archive");
  const Mongod server;
  put_documents(server.client());
  const auto before = read_state(server.client());
  const Finished finished = restore({"--drop", "--uri=" + server.uri(), "--archive=" + test_data(broken).string()});
  INFO(broken << ": " << finished.describe());
  CHECK(finished.exit_code == 65);
  CHECK(error_lines(finished).size() == 1);
  CHECK(json::serialize(read_state(server.client())) == json::serialize(before));
}

TEST_CASE("the flag --no-prove-first drops before it knows whether the archive is whole") {
  const Mongod server;
  put_documents(server.client());
  const Finished finished = restore(
      {"--drop", "--no-prove-first", "--uri=" + server.uri(), "--archive=" + test_data("cut.archive").string()});
  INFO(finished.describe());
  CHECK(finished.exit_code == 65);
  CHECK_FALSE(documents_are_there(read_namespaces(server.client())));
}

TEST_CASE("the flag --drop from standard input says aloud that the archive was not proven first") {
  const Mongod server;
  put_documents(server.client());
  Command command = restore_command({"--drop", "--archive", "--uri=" + server.uri()});
  command.input = test_data("good.archive");
  const Finished finished = run(command, 60s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 0);
  CHECK(finished.err.find("verified") != std::string::npos);
  CHECK_FALSE(documents_are_there(read_namespaces(server.client())));
}

TEST_CASE("a filter that matches nothing with --drop costs no document") {
  const Mongod server;
  put_documents(server.client());
  const Finished finished = restore(
      {"--drop", "--nsInclude=nowhere.*", "--uri=" + server.uri(), "--archive=" + test_data("good.archive").string()});
  INFO(finished.describe());
  CHECK(finished.exit_code == 66);
  CHECK(documents_are_there(read_namespaces(server.client())));
}

TEST_CASE("the flag --dryRun with --drop changes nothing") {
  const Mongod server;
  put_documents(server.client());
  const auto before = read_state(server.client());
  const Finished finished =
      restore({"--drop", "--dryRun", "--uri=" + server.uri(), "--archive=" + test_data("good.archive").string()});
  INFO(finished.describe());
  CHECK(finished.exit_code == 0);
  CHECK(json::serialize(read_state(server.client())) == json::serialize(before));
}

TEST_CASE("with --preserveUUID a dump brings decimal numbers as _id, and the views of its oplog") {
  for (const std::string file : {"types.archive.gz", "oplog-ddl.archive"}) {
    const Fixture fixture(file);
    const Mongod server({.version = "6.0.5"});
    std::vector<std::string> flags{"--uri=" + server.uri(), "--archive=" + fixture.path().string(), "--drop",
                                   "--preserveUUID"};
    if (file.starts_with("oplog")) flags.emplace_back("--oplogReplay");
    for (int i = 0; i < 2; i++) {
      const Finished finished = restore(flags);
      INFO(finished.describe());
      CHECK(finished.exit_code == 0);
      const auto& wanted = expected().at("archives").at(file).at("namespaces").as_object();
      CHECK(joined(differences(wanted, read_namespaces(server.client()))) == "");
    }
  }
}
