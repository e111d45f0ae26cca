// `sidekick verify` on every dump of the fixtures: what is whole is counted, what is not is told with its place.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>

#include <fstream>
#include <map>
#include <set>

#include "tests/integration/generated.hpp"
#include "tests/support/dynamic_test.hpp"
#include "tests/support/fixtures.hpp"
#include "tests/support/sidekick.hpp"

namespace sidekick::test {

namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

using Counts = std::map<std::string, std::int64_t>;

// Only a server can tell that an index or an option is none.
const std::set<std::string> whole_but_refused{"broken/metadata-bad-index.archive", "broken/metadata-bad-option.archive",
                                              "broken/bare-bson.archive"};

// The documents of a time series stand under the name that holds them, which verify does not tell apart.
std::string shown_name(std::string name) {
  constexpr std::string_view buckets = ".system.buckets.";
  if (const auto at = name.find(buckets); at != std::string::npos) name.replace(at, buckets.size(), ".");
  return name == ".oplog" ? "oplog" : name;
}

Counts counts_of(const json::object& report) {
  Counts counts;
  for (const auto& entry : report.at("namespaces").as_array())
    counts[std::string(entry.at("ns").as_string())] = entry.at("documents").to_number<std::int64_t>();
  return counts;
}

json::object proven(const std::string& path) {
  const Finished finished = sidekick_run({"verify", "--json", path}, 60s);
  INFO(finished.describe());
  REQUIRE(finished.exit_code == 0);
  return json::parse(finished.out).as_object();
}

Counts counts_in_archive(const json::object& dump) {
  Counts counts;
  for (const auto& entry : dump.at("archive").at("documents_by_namespace").as_object())
    counts[shown_name(std::string(entry.key()))] = entry.value().to_number<std::int64_t>();
  return counts;
}

// A folder has nothing in it that counts its documents: those of the state it brings are known.
Counts counts_in_server(const json::object& dump) {
  Counts counts;
  for (const auto& entry : dump.at("namespaces").as_object())
    if (entry.value().at("type") == "collection")
      counts[shown_name(std::string(entry.key()))] = entry.value().at("count").to_number<std::int64_t>();
  return counts;
}

void verify_archive(const std::string& file) {
  const auto& dump = expected().at("archives").at(file).as_object();
  const auto report = proven((*fixtures_folder() / file).string());
  CHECK(report.at("form") == "archive");
  CHECK(report.at("compression") == (file.ends_with(".gz") ? "gzip" : "none"));
  if (file != "old-style.archive") CHECK(report.at("server_version") == dump.at("server_version"));
  CHECK(counts_of(report) == counts_in_archive(dump));
}

void verify_folder(const std::string& file) {
  const auto& dump = expected().at("archives").at(file).as_object();
  const Fixture fixture(file);
  const auto report = proven(fixture.flags(json::array{"$DIR/dump"}).front());
  CHECK(report.at("form") == "dump folder");
  const auto counts = counts_of(report);
  if (counts.contains("oplog")) {  // its server moved on
    CHECK(counts.at("oplog") > 0);
    return;
  }
  for (const auto& [ns, count] : counts_in_server(dump)) {
    INFO(ns);
    REQUIRE(counts.contains(ns));
    CHECK(counts.at(ns) == count);
  }
}

void verify_broken(const std::string& file) {
  const auto& broken = expected().at("broken").at(file).as_object();
  const Finished finished = sidekick_run({"verify", (*fixtures_folder() / file).string()}, 20s);
  INFO(finished.describe());
  CHECK_FALSE(finished.timed_out);
  if (broken.at("valid").is_null()) return;
  if (broken.at("valid").as_bool() || whole_but_refused.contains(file)) {
    CHECK(finished.exit_code == 0);
    return;
  }
  const bool empty = file.find("empty.archive") != std::string::npos;
  CHECK(finished.exit_code == (empty ? 66 : 65));
  CHECK(finished.out.empty());
  CHECK(error_lines(finished).size() == 1);
}

std::string total_line(const Finished& finished) {
  return finished.out.substr(finished.out.rfind('\n', finished.out.size() - 2) + 1);
}

}  // namespace

TEST_CASE("verify proves an archive that comes by standard input or by a pipe") {
  const Finished named = sidekick_run({"verify", test_data("good.archive").string()});
  INFO(named.describe());
  REQUIRE(named.exit_code == 0);
  Command command{{sidekick_binary(), "verify", "-"}};
  command.input = test_data("good.archive");
  const Finished by_file = run(command, 20s);
  INFO(by_file.describe());
  CHECK(by_file.exit_code == 0);
  CHECK(by_file.out == named.out);
  const Finished by_pipe =
      run({{"sh", "-c", "cat " + test_data("cut.archive.gz").string() + " | " + sidekick_binary() + " verify -"}}, 20s);
  INFO(by_pipe.describe());
  CHECK(by_pipe.exit_code == 65);
  CHECK(by_pipe.out.empty());
  CHECK(by_pipe.err.find("'standard input' is damaged at offset") != std::string::npos);
}

TEST_CASE("verify proves one database's folder and one .bson file of a dump folder") {
  if (!fixtures_folder()) SKIP("there are no fixtures");
  const Fixture fixture("multi-dir-gz.tar");
  const auto alpha = fixture.flags(json::array{"$DIR/dump/alpha"}).front();
  const auto report = proven(alpha);
  CHECK(counts_of(report) == Counts{{"alpha.capped", 10}, {"alpha.odd name/0", 1}, {"alpha.people", 80}});
  CHECK(counts_of(proven(alpha + "/people.bson.gz")) == Counts{{"alpha.people", 80}});

  fs::resize_file(alpha + "/people.bson.gz", fs::file_size(alpha + "/people.bson.gz") - 9);
  const Finished cut = sidekick_run({"verify", alpha});
  INFO(cut.describe());
  CHECK(cut.exit_code == 65);
  CHECK(cut.err.find("people.bson.gz' is damaged at offset") != std::string::npos);
}

TEST_CASE("verify prints a table with a line of totals") {
  const Finished finished = sidekick_run({"verify", test_data("shop.archive.gz").string()});
  INFO(finished.describe());
  REQUIRE(finished.exit_code == 0);
  CHECK(finished.out.starts_with("NAMESPACE "));
  CHECK(finished.out.find("\nshop.fruits           collection          3    159\n") != std::string::npos);
  CHECK(total_line(finished) == "TOTAL                                     4    218\n");
}

TEST_CASE("verify says what it was not told and what is not there") {
  const TempDir folder;
  write_file(folder / "text", "this is no backup at all");
  CHECK(sidekick_run({"verify"}).exit_code == 64);
  CHECK(sidekick_run({"verify", "a", "b"}).exit_code == 64);
  CHECK(sidekick_run({"verify", (folder / "absent").string()}).exit_code == 66);
  CHECK(sidekick_run({"verify", folder.path().string()}).exit_code == 66);
  const Finished text = sidekick_run({"verify", (folder / "text").string()});
  INFO(text.describe());
  CHECK(text.exit_code == 65);
  CHECK(text.err.find("is not a backup") != std::string::npos);
}

void add_verify_tests() {
  for (const auto& entry : expected().at("archives").as_object()) {
    const std::string file(entry.key());
    add_test("verify " + file, "[verify]",
             [file] { file.ends_with(".tar") ? verify_folder(file) : verify_archive(file); });
  }
  add_test("verify every broken archive of the fixtures", "[verify]", [] {
    for (const auto& entry : expected().at("broken").as_object()) {
      INFO(std::string_view(entry.key()));
      verify_broken(std::string(entry.key()));
    }
  });
}

TEST_CASE("verify leads to the fetch of a backup that is in a storage") {
  for (const std::string place :
       {"s3://bucket/mongo", "sftp://user:hunter2@host/backups/mongo", "dir:/backups/mongo"}) {
    const auto finished = sidekick_run({"verify", place});
    INFO(finished.describe());
    CHECK(finished.exit_code == 64);
    CHECK(finished.err.find("sidekick backup fetch") != std::string::npos);
    CHECK(finished.err.find("hunter2") == std::string::npos);
  }
}

TEST_CASE("verify takes a tar in POSIX format and names one in another format") {
  const TempDir folder;
  std::ofstream(folder.path() / "a.txt") << "content";
  const auto pack = [&](const std::string& format) {
    const auto file = (folder.path() / (format + ".tgz")).string();
    REQUIRE(run({.words = {"tar", "--format=" + format, "-C", folder.path().string(), "-czf", file, "a.txt"}}, 10s)
                .exit_code == 0);
    return sidekick_run({"verify", file});
  };
  const auto posix = pack("posix");
  INFO(posix.describe());
  CHECK(posix.exit_code == 0);
  CHECK(posix.err.find("1 file") != std::string::npos);
  for (const auto& [format, said] :
       std::map<std::string, std::string>{{"gnu", "another program"}, {"v7", "is not a backup"}}) {
    const auto other = pack(format);
    INFO(other.describe());
    CHECK(other.exit_code == 65);
    CHECK(other.err.find(said) != std::string::npos);
    CHECK(other.err.find("damaged") == std::string::npos);
  }
}

}  // namespace sidekick::test
