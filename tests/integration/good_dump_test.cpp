// Every good dump of the fixtures into every version of the server: a server that can hold it then says exactly what
// expected.json says, and one that is too old for it makes an error that names the namespace.
#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <map>
#include <set>

#include "tests/integration/generated.hpp"
#include "tests/support/dynamic_test.hpp"
#include "tests/support/fixtures.hpp"
#include "tests/support/mongod.hpp"
#include "tests/support/server_state.hpp"
#include "tests/support/sidekick.hpp"

namespace sidekick::test {

namespace json = boost::json;

namespace {

// The servers that cannot hold what the dump holds, and a namespace that the error names.
const std::map<std::string, std::pair<std::set<std::string>, std::string>> too_old{
    {"types.archive.gz", {{"4.4.2"}, "bsontypes.keys"}},
    {"indexes-44.archive", {{"5.0.4", "6.0.5", "6.0.27"}, "idx44.spots"}},
    {"timeseries-50.archive.gz", {{"4.4.2"}, "metrics."}},
    {"timeseries-60.archive.gz", {{"4.4.2", "5.0.4"}, "metrics."}},
    {"timeseries-geo.archive.gz", {{"4.4.2", "5.0.4"}, "tracks.ships"}},
    {"clustered.archive", {{"4.4.2", "5.0.4"}, "clust."}},
    {"oplog.archive.gz", {{"4.4.2"}, "oplog"}},
    {"oplog-ddl.archive", {{"4.4.2"}, "oplog"}},
    {"oplog-dir-gz.tar", {{"4.4.2"}, "oplog"}},
};

// Restores that end with 65 although the server takes the dump: a validator refuses documents, as it should.
const std::set<std::string> refused_by_validator{"violating.archive"};

// "db.collection: index name:" or "db.collection: option name:".
std::string label(std::string_view difference) {
  return std::string(difference.substr(0, difference.find(": {") + 1));
}

// Where two versions list the same thing differently the official tool's differences are ours too, and no others. Dumps
// that it cannot restore have none recorded: of these, only a time series of 6.0.27 is known to look different.
bool known(const json::object& dump, const std::string& version, const std::string& line) {
  const auto& official = dump.at("official_on").at(version).as_object();
  if (const auto* list = official.if_contains("differences"))
    return std::ranges::any_of(list->as_array(), [&](const json::value& difference) {
      return line.starts_with(label(std::string_view(difference.as_string())));
    });
  return dump.at("namespaces_of") == "source" && dump.at("server_version") != json::string_view(version) &&
         line.find("system.buckets.") != std::string::npos && line.find(": option validator:") != std::string::npos;
}

void check_invariants(const MongoClient& client, const json::object& dump) {
  const auto* invariants = dump.if_contains("invariants");
  if (!invariants) return;
  for (const auto& invariant : invariants->as_array()) {
    const std::string db(invariant.at("db").as_string());
    const auto found = client.documents(db, {{"aggregate", invariant.at("collection")},
                                             {"pipeline", invariant.at("pipeline")},
                                             {"cursor", json::object()}});
    REQUIRE(found.size() == 1);
    CHECK(integer(found[0].at("value")) == integer(invariant.at("value")));
  }
}

void check_state(const MongoClient& client, const json::object& dump, const std::string& version) {
  auto lines = differences(dump.at("namespaces").as_object(), read_namespaces(client));
  std::erase_if(lines, [&](const std::string& line) { return known(dump, version, line); });
  CHECK(joined(lines) == "");
  const auto state = read_state(client);
  CHECK(joined(differences(dump.at("users").as_array(), state.at("users").as_array())) == "");
  CHECK(joined(differences(dump.at("roles").as_array(), state.at("roles").as_array())) == "");
  check_invariants(client, dump);
}

void restore_good_dump(const std::string& file, const std::string& version) {
  const auto& dump = expected().at("archives").at(file).as_object();
  const Fixture fixture(file);
  const Mongod server({.version = version});
  auto flags = fixture.flags(dump.at("mongorestore_flags"));
  flags.push_back("--uri=" + server.uri());
  const Finished finished = restore(flags);
  INFO(finished.describe());

  const auto old = too_old.find(file);
  if (old != too_old.end() && old->second.first.contains(version)) {
    CHECK(finished.exit_code == 65);
    const auto errors = error_lines(finished);
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].find(old->second.second) != std::string::npos);
    return;
  }
  CHECK(finished.exit_code == (refused_by_validator.contains(file) ? 65 : 0));
  check_state(server.client(), dump, version);
}

}  // namespace

void add_good_dump_tests() {
  for (const auto& entry : expected().at("archives").as_object()) {
    const std::string file(entry.key());
    for (const auto& on : entry.value().at("official_on").as_object()) {
      const std::string version(on.key());
      add_test("restore " + file + " into " + version, "[restore]",
               [file, version] { restore_good_dump(file, version); });
    }
  }
}

}  // namespace sidekick::test
