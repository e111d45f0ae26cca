#include "agent/cli/mongo/dump_settings.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/unit/support/recorder.hpp"

using namespace sidekick;
using namespace sidekick::cli;
using dump::Destination;

namespace {

using Words = std::vector<std::string>;

dump::Settings told(const Words& words) {
  test::Recorder recorder;
  status::JobLog log(recorder, "dump", 0);
  return dump_settings(config::resolve(dump_schema(), words, {}), log);
}

void check_refused(const Words& words, ErrorKind kind) {
  CAPTURE(words);
  try {
    told(words);
  } catch (const Error& error) {
    CAPTURE(error.message());
    CHECK(error.kind() == kind);
    return;
  }
  FAIL("taken");
}

}  // namespace

TEST_CASE("a dump goes to a folder or an archive or standard output") {
  CHECK(told({}).destination == Destination::folder);
  CHECK(told({}).path == "dump");
  CHECK(told({"-o", "x"}).path == "x");
  CHECK(told({"--archive=a.gz", "--gzip"}).destination == Destination::archive_file);
  CHECK(told({"--archive=a.gz", "--gzip"}).compression == filters::Compression::gzip);
  CHECK(told({"--archive"}).destination == Destination::standard_output);
  CHECK(told({"-d", "a", "-c", "b", "-o", "-"}).destination == Destination::documents);
  CHECK(told({"mongodb://mongo/"}).connection.uri.reveal() == "mongodb://mongo/");
}

TEST_CASE("a database that was named has to be there and a whole server may be empty") {
  CHECK(told({}).allow_empty);
  CHECK_FALSE(told({"-d", "a"}).allow_empty);
  CHECK(told({"-d", "a", "--allow-empty"}).allow_empty);
}

TEST_CASE("flags of a dump that contradict each other are refused") {
  for (const Words& words : std::vector<Words>{{"--archive=a", "--out=b"},
                                               {"--gzip", "--zstd"},
                                               {"--collection=c"},
                                               {"--db=a", "--query={}"},
                                               {"--db=a", "--oplog"},
                                               {"--oplog", "--snapshot"},
                                               {"--db=a", "--collection=c", "--excludeCollection=d"},
                                               {"--dumpDbUsersAndRoles"},
                                               {"--db=a", "--collection=c", "--dumpDbUsersAndRoles"},
                                               {"--out=-"},
                                               {"--db=a", "--collection=c", "--out=-", "--gzip"},
                                               {"--compression-level=3"}})
    check_refused(words, ErrorKind::config);
}

TEST_CASE("collections are left out of a dump by name in every database or in one") {
  CHECK(told({"--excludeCollection=c"}).exclude_collections == Words{"c"});
  CHECK(told({"--excludeCollectionsWithPrefix=c"}).exclude_collection_prefixes == Words{"c"});
  CHECK(told({"--db=a", "--excludeCollection=c"}).exclude_collections == Words{"c"});
}

TEST_CASE("a query needs no quotes around its keys") {
  for (const char* query : {R"({"qty": {"$gt": 3}})", "{qty: {$gt: 3}}", "{'qty': {'$gt': 3}}"})
    CHECK(told({"-d", "a", "-c", "b", std::string("--query=") + query}).query == R"({"qty": {"$gt": 3}})");
}

TEST_CASE("values of a dump that do not fit are refused") {
  for (const Words& words : std::vector<Words>{{"--numParallelCollections=0"},
                                               {"--db=a", "--collection=c", "--query={"},
                                               {"--db=a.b"},
                                               {"--db=a", "--collection=system.buckets.x"},
                                               {"--gzip", "--compression-level=10"},
                                               {"folder"}})
    check_refused(words, ErrorKind::usage);
}
