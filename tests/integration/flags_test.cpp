// Good files restored with other flags, or onto data: as the official tool ends, or better where we promise so.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>

#include <map>

#include "tests/integration/generated.hpp"
#include "tests/support/dynamic_test.hpp"
#include "tests/support/fixtures.hpp"
#include "tests/support/mongod.hpp"
#include "tests/support/server_state.hpp"
#include "tests/support/sidekick.hpp"

namespace sidekick::test {

namespace json = boost::json;

namespace {

enum class State {
  as_official,  ///< documents, hashes and indexes as the official tool left them
  whole_file,   ///< everything the file holds, as its own entry in `archives` says
  nothing,      ///< the server is as empty as before
};

struct Better {
  int exit_code;
  State state;
};

// Where we end otherwise than the official tool did. All others end as it did: its 0 is ours.
const std::map<std::string, Better> better{
    {"plain archive read with --gzip", {0, State::whole_file}},
    {"gzip archive read without --gzip", {0, State::whole_file}},
    {"gzip directory without --gzip", {0, State::whole_file}},
    {"plain directory with --gzip", {0, State::whole_file}},
    {"oplogLimit on an archive", {0, State::as_official}},
    {"violating, plain", {65, State::as_official}},
    {"violating, --stopOnError", {65, State::as_official}},
    {"rename two into one", {78, State::nothing}},
    {"rename with unlike patterns", {78, State::nothing}},
    {"oplogReplay on an archive without an oplog", {66, State::nothing}},
    {"users archive with --restoreDbUsersAndRoles but no --db", {78, State::nothing}},
    {"geoHaystack on 5.0", {65, State::nothing}},
};

bool into_existing_data(const std::string& name) {
  return name.starts_with("into existing data");
}

// {collection: {"n": 1}} of another shape for what is compared: documents, dbhash, index_names.
json::object summary(const json::object& namespaces) {
  json::object documents;
  json::object hashes;
  json::object indexes;
  for (const auto& entry : namespaces) {
    const auto& about = entry.value().as_object();
    documents[entry.key()] = integer(about.at("count"));
    if (!about.at("dbhash").is_null()) hashes[entry.key()] = about.at("dbhash");
    json::array names;
    if (const auto* list = about.if_contains("indexes"))
      for (const auto& index : list->as_array()) names.push_back(index.at("name"));
    indexes[entry.key()] = names;
  }
  return {{"documents", documents}, {"dbhash", hashes}, {"index_names", indexes}};
}

void check_as_official(const MongoClient& client, const json::object& official) {
  const auto there = summary(read_namespaces(client));
  for (const char* part : {"documents", "dbhash", "index_names"}) {
    CAPTURE(part, json::serialize(official.at(part)), json::serialize(there.at(part)));
    CHECK(official.at(part) == there.at(part));
  }
}

void run_case(const std::string& name) {
  const auto& entry = expected().at("cases").at(name).as_object();
  const std::string file(entry.at("file").as_string());
  const Fixture fixture(file);
  const Mongod server({.version = std::string(entry.at("server_version").as_string())});
  const auto& official = entry.at("official").as_object();
  auto flags = fixture.flags(entry.at("mongorestore_flags"));
  flags.push_back("--uri=" + server.uri());
  const Finished finished = restore(flags);
  INFO(finished.describe());

  const auto found = better.find(name);
  const Better wanted = found == better.end() ? Better{0, State::as_official} : found->second;
  CHECK(finished.exit_code == wanted.exit_code);
  CHECK(error_lines(finished).size() == (wanted.exit_code == 0 ? 0 : 1));
  const auto client = server.client();
  if (wanted.state == State::as_official) check_as_official(client, official);
  if (wanted.state == State::nothing) CHECK(read_namespaces(client).empty());
  if (wanted.state == State::whole_file) {
    const bool broken = file.starts_with("broken/");
    const auto& whole =
        expected().at("archives").at(broken ? "broken/base.archive" : file).at("namespaces").as_object();
    CHECK(joined(differences(whole, read_namespaces(client))) == "");
  }
}

}  // namespace

void add_flag_tests() {
  for (const auto& entry : expected().at("cases").as_object()) {
    const std::string name(entry.key());
    if (into_existing_data(name) || name == "a collection where the dump has a view") continue;
    add_test("flags: " + name, "[flags]", [name] { run_case(name); });
  }
}

}  // namespace sidekick::test
