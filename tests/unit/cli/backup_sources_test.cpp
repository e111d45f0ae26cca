#include <catch2/catch_test_macros.hpp>

#include "agent/cli/backup/settings.hpp"
#include "agent/cli/backup/sources.hpp"
#include "backup/mongodb_scratch.hpp"
#include "backup/mongodb_source.hpp"
#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::cli;
using namespace sidekick::backup;
using test::error_of;

namespace {

using Names = std::vector<std::string>;

std::string job_of(const std::string& uri) {
  mongo::Connection connection;
  connection.uri = Secret(uri);
  return mongodb_job_name(connection);
}

}  // namespace

TEST_CASE("a source is known by how it begins") {
  CHECK(parse_source("mongodb://a,b/shop").kind == "mongodb");
  CHECK(parse_source("mongodb+srv://a/").rest == "mongodb+srv://a/");
  CHECK(parse_source("dir:/data").rest == "/data");
  CHECK(parse_source("exec: pg_dump  shop ").rest == "pg_dump  shop");
  for (const std::string bad : {"dir:data", "dir:", "exec:", "exec:  ", "/data", "s3://bucket"}) {
    CAPTURE(bad);
    const auto error = error_of([&] { parse_source(bad); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::usage);
  }
  CHECK_FALSE(test::mentions(*error_of([] { parse_source("ftp://bob:hunter2@x"); }), "hunter2"));
}

TEST_CASE("a job is named after its database or host or what else there is") {
  CHECK(job_of("mongodb://mongo:27017/shop?replicaSet=rs") == "shop");
  CHECK(job_of("mongodb://db1.example.org,db2/") == "db1");
  CHECK(job_of("mongodb://10.0.0.7:27017/") == "mongodb");
  CHECK(job_of("mongodb://[::1]/") == "mongodb");
  CHECK(job_name_from("my data!") == "my-data-");
  CHECK(job_name_from("--x") == "x");
  CHECK(job_name_from("") == "backup");
}

TEST_CASE("names of jobs are each source's own unless they are told") {
  CHECK(job_names({"shop", "data"}, {}) == Names{"shop", "data"});
  CHECK(job_names({"shop"}, {"x"}) == Names{"x"});
  CHECK(job_names({"shop", "data"}, {"x"}) == Names{"x-shop", "x-data"});
  CHECK(job_names({"data", "data"}, {"a", "b"}) == Names{"a", "b"});
  CHECK(error_of([] { job_names({"data", "data"}, {}); })->kind() == ErrorKind::config);
  CHECK(error_of([] { job_names({"data", "data"}, {"x"}); })->kind() == ErrorKind::config);
  CHECK(error_of([] { job_names({"a", "b", "c"}, {"x", "y"}); })->kind() == ErrorKind::config);
  CHECK(error_of([] { job_names({"a"}, {"no name"}); })->kind() == ErrorKind::config);
}

TEST_CASE("a share is written as a percentage") {
  CHECK(parse_percent("50%") == 0.5);
  CHECK(parse_percent("25 %") == 0.25);
  CHECK(parse_percent("0") == 0.0);
  CHECK(parse_percent("100") == 1.0);
  for (const std::string bad : {"", "%", "101", "-1", "x", "5x%", "nan"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_percent(bad));
  }
}

TEST_CASE("a throwaway database tells when it was made and no other name does") {
  const std::chrono::sys_seconds now(std::chrono::seconds(1'795'000'000));
  const auto name = scratch_database(now, 0xabcdU, 3);
  CHECK(name == "sidekick_proof_6afd86c0_0000abcd_3");
  CHECK(scratch_time(name) == now);
  for (const std::string other :
       {"shop", "sidekick_proof_", "sidekick_proof_xyz_1_1", "sidekick_proof_12", "proof_1_1"}) {
    CAPTURE(other);
    CHECK_FALSE(scratch_time(other));
  }
}

TEST_CASE("patterns to exclude need a folder to be left out of") {
  const auto refusal = [](const std::vector<std::string>& words) {
    return error_of([&] { backup_tasks(config::resolve(backup_schema(), words, {}).values, {}); });
  };
  CHECK_FALSE(refusal({"--from=dir:/data", "--exclude=*.log", "--exclude=!keep.log"}));
  CHECK_FALSE(refusal({"--from=mongodb://mongo/", "--from=dir:/data", "--exclude=cache/\n*.log"}));
  const auto alone = refusal({"--from=exec: true", "--exclude=*.log"});
  REQUIRE(alone);
  CHECK(alone->kind() == ErrorKind::config);
  CHECK(test::mentions(*alone, "--exclude"));
  const auto comment = refusal({"--from=dir:/data", "--exclude=#cache"});
  REQUIRE(comment);
  CHECK(test::mentions(*comment, "no pattern"));
}
