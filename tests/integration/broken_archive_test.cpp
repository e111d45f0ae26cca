// Every broken archive of the fixtures: the right exit code within the deadline, and one line that says what is wrong.
#include <catch2/catch_test_macros.hpp>

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

// Every other broken archive is bad data. Nothing at all is no input rather than damage.
int code_of(const std::string& file) {
  static const std::map<std::string, int> others{
      {"broken/empty.archive", 66}, {"broken/empty.archive.gz", 66}, {"broken/gzip-empty.archive.gz", 66}};
  const auto found = others.find(file);
  return found == others.end() ? 65 : found->second;
}

// The namespace whose documents or metadata a fixture has wrong. Between two segments no namespace is open, so that
// what is wrong there is told by its offset alone.
std::string damaged_namespace(const std::string& file, const json::object& broken) {
  static const std::set<std::string> between_segments{
      "broken/trunc-mid-eof-block.archive",   "broken/crc-is-a-double.archive",
      "broken/length-minus-one.archive",      "broken/double-terminator.archive",
      "broken/unknown-header-key.archive",    "broken/header-empty-collection.archive",
      "broken/trunc-after-eof-block.archive", "broken/bare-bson.archive"};
  const std::string edit(broken.at("edit").as_string());
  if (between_segments.contains(file)) return {};
  for (const char* name : {"farm.ghost", "farm.promised", "farm.animals", "farm.tools", "zoo.visitors"})
    if (edit.find(name) != std::string::npos) return name;
  return {};
}

void check_restored(const MongoClient& client, const std::string& file, const std::string& base) {
  json::object wanted = expected().at("archives").at(base).at("namespaces").as_object();
  // Without its metadata a collection has no index but _id_.
  if (file == "broken/metadata-empty.archive") wanted["farm.animals"].as_object()["indexes"].as_array().resize(1);
  CHECK(joined(differences(wanted, read_namespaces(client))) == "");
}

void check_refused(const Finished& finished, const std::string& file, const json::object& broken) {
  CHECK(finished.exit_code == code_of(file));
  const auto errors = error_lines(finished);
  REQUIRE(errors.size() == 1);
  const std::string damaged = damaged_namespace(file, broken);
  CAPTURE(damaged);
  CHECK(errors[0].find(damaged) != std::string::npos);
  // What the server refuses has no place in the file, and what is no archive at all has no offset.
  if (damaged.empty()) CHECK(errors[0].find(std::filesystem::path(file).filename()) != std::string::npos);
}

void restore_broken_archive(const std::string& file) {
  const auto& broken = expected().at("broken").at(file).as_object();
  const Fixture fixture(file);
  const Mongod server({.version = std::string(broken.at("server_version").as_string())});
  auto flags = fixture.flags(broken.at("mongorestore_flags"));
  flags.push_back("--uri=" + server.uri());
  const Finished finished = restore(flags, 60s);
  INFO(finished.describe());

  CHECK_FALSE(finished.timed_out);
  CHECK(finished.signal == 0);
  const auto& valid = broken.at("valid");
  const std::string base(broken.at("derived_from").as_string());
  if (valid == true) REQUIRE(finished.exit_code == 0);
  if (valid == false || finished.exit_code != 0) {
    check_refused(finished, file, broken);
    // Whoever finds the server changed must have been told.
    if (!read_namespaces(server.client()).empty())
      CHECK(error_lines(finished).at(0).find("until then") != std::string::npos);
    return;
  }
  if (expected().at("archives").as_object().contains(base)) check_restored(server.client(), file, base);
}

}  // namespace

void add_broken_archive_tests() {
  for (const auto& entry : expected().at("broken").as_object()) {
    const std::string file(entry.key());
    add_test("broken archive " + file.substr(file.find('/') + 1), "[broken]", [file] { restore_broken_archive(file); });
  }
}

}  // namespace sidekick::test
