// The database that a connection string selects, for restore and dump alike.
#include "agent/cli/mongo/connection_string.hpp"

#include <catch2/catch_test_macros.hpp>

#include "agent/cli/mongo/dump_settings.hpp"
#include "agent/cli/mongo/restore_schema.hpp"
#include "agent/cli/mongo/restore_settings.hpp"
#include "mongo/uri.hpp"
#include "tests/unit/support/errors.hpp"
#include "tests/unit/support/recorder.hpp"
#include "tests/unit/support/temporary_folder.hpp"

using namespace sidekick;
using namespace sidekick::cli;
using namespace sidekick::test;

namespace {

using Words = std::vector<std::string>;

restore::Settings restored(const Words& words, const config::Environment& environment = {}) {
  Recorder recorder;
  status::JobLog log(recorder, "restore", 0);
  return restore_settings(config::resolve(restore_schema(), words, environment), log);
}

dump::Settings dumped(const Words& words, const config::Environment& environment = {}) {
  Recorder recorder;
  status::JobLog log(recorder, "dump", 0);
  return dump_settings(config::resolve(dump_schema(), words, environment), log);
}

std::string source_of(const mongo::Connection& connection) {
  return mongoc_uri_get_auth_source(mongo::connection_uri(connection).get());
}

}  // namespace

TEST_CASE("the database of a connection string is selected wherever the string comes from") {
  const TemporaryFolder folder;
  const auto uri_file = folder.file("uri", "mongodb://h/p1\n");
  const auto config = folder.file("config", "uri: mongodb://h/p1\n");
  const config::Environment none;
  for (const auto& [words, environment] : std::vector<std::pair<Words, config::Environment>>{
           {{"--uri=mongodb://h/p1"}, none},
           {{"mongodb://h/p1"}, none},
           {{"mongodb://u:pw@h,i:2/p1?replicaSet=rs&authSource=admin"}, none},
           {{"mongodb+srv://cluster.example.com/p1"}, none},
           {{}, {{"SIDEKICK_URI", "mongodb://h/p1"}}},
           {{}, {{"SIDEKICK_URI_FILE", uri_file}}},
           {{"--uri-file=" + uri_file}, none},
           {{"--config=" + config}, none},
           {{"mongodb://h/p1"}, {{"SIDEKICK_URI", "mongodb://i/p2"}}},
           {{"--uri=mongodb://h/p1", "--db=p1"}, none},
           {{"--uri=mongodb://h/p1"}, {{"SIDEKICK_DB", "p1"}}}}) {
    CAPTURE(words);
    CHECK(restored(words, environment).db == "p1");
    CHECK(dumped(words, environment).db == "p1");
    CHECK_FALSE(dumped(words, environment).allow_empty);
  }
}

TEST_CASE("a connection string without a database selects none") {
  for (const char* uri : {"mongodb://h", "mongodb://h/", "mongodb://u:pw@h/?authSource=users"}) {
    CAPTURE(uri);
    CHECK(restored({uri}).db.empty());
    CHECK_FALSE(restored({uri}).db_of_uri);
    CHECK(dumped({uri}).db.empty());
    CHECK(dumped({uri}).allow_empty);
  }
  CHECK(restored({"mongodb://h/", "--db=a"}).db == "a");
  CHECK_FALSE(restored({"mongodb://h/a", "--db=a"}).db_of_uri);
  CHECK(restored({"mongodb://h/a"}).db_of_uri);
}

TEST_CASE("a folder beside a connection string with a database is restored into it") {
  const auto out = restored({"mongodb://h/x", "FOLDER"});
  CHECK(out.db == "x");
  CHECK(out.path == "FOLDER");
  CHECK(restored({"FOLDER", "mongodb://h/x"}).path == "FOLDER");
}

TEST_CASE("the database of a connection string still knows the user unless authSource names another") {
  CHECK(source_of(restored({"mongodb://u:pw@h/shop"}).connection) == "shop");
  CHECK(source_of(restored({"mongodb://u:pw@h/shop?authSource=admin"}).connection) == "admin");
  CHECK(source_of(dumped({"mongodb://u:pw@h/shop", "--authenticationDatabase=users"}).connection) == "users");
}

TEST_CASE("a connection string and --db that name different databases are an error") {
  for (const Words& words : std::vector<Words>{{"--uri=mongodb://h/a", "--db=b"}, {"mongodb://h/a", "-d", "b"}}) {
    for (const auto& error : {error_of([&] { restored(words); }), error_of([&] { dumped(words); })}) {
      REQUIRE(error);
      CHECK(error->kind() == ErrorKind::config);
      CHECK(error->message() == "--db 'b' and the database 'a' of the connection string exclude each other");
      CHECK(mentions(*error, "authSource=a"));
    }
  }
}

TEST_CASE("what needs or excludes --db does so with the database of a connection string") {
  CHECK(restored({"mongodb://h/a", "--collection=c"}).collection == "c");
  CHECK(restored({"mongodb://h/a", "--restoreDbUsersAndRoles"}).restore_db_users_and_roles);
  CHECK(dumped({"mongodb://h/a", "-c", "c", "--query={}"}).collection == "c");
  CHECK(dumped({"mongodb://h/a", "--dumpDbUsersAndRoles"}).users_and_roles);
  const auto replay = error_of([] { restored({"mongodb://h/a", "--oplogReplay"}); });
  REQUIRE(replay);
  CHECK(replay->message() == "--oplogReplay and the database 'a' of the connection string exclude each other");
  const auto oplog = error_of([] { dumped({"mongodb://h/a", "--oplog"}); });
  REQUIRE(oplog);
  CHECK(oplog->message() == "--oplog and the database 'a' of the connection string exclude each other");
  CHECK(error_of([] { restored({"mongodb://h/admin", "--restoreDbUsersAndRoles"}); })->kind() == ErrorKind::config);
}

TEST_CASE("an argument that is meant as a connection string and is none is refused without its login") {
  for (const char* argument : {"mongo://root:s3cr3t@h/", "http://root:s3cr3t@h", "root:s3cr3t@h", "root:s3/cr3t@h/db",
                               "//root:s3cr3t@h/db", "mongodb:/root:s3cr3t@h", "mongodb:/h", "mongodb:root:s3cr3t@h",
                               "mongodb//root:s3cr3t@h", "MONGODB//u:s3cr3t@h", "root:s3cr3t@@h", "root:a:s3cr3t@h"}) {
    CAPTURE(argument);
    for (const auto& error : {error_of([&] { restored({argument}); }), error_of([&] { dumped({argument}); })}) {
      REQUIRE(error);
      CHECK(error->kind() == ErrorKind::usage);
      CHECK_FALSE(mentions(*error, "s3"));
    }
  }
}

TEST_CASE("a control character in a connection string is refused as an argument too") {
  for (const char* uri : {"mongodb://h/db\n", "mongodb://h\t/", "mongodb://u:p\x1b@h/"}) {
    const auto error = error_of([&] { restored({uri}); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::usage);
    CHECK(mentions(*error, "control character"));
  }
}

TEST_CASE("a path with an '@' in it is a path") {
  for (const char* path : {"dump@home", "/srv/dump:2@home", "./a:b@c", "dump/a@b.bson"})
    CHECK(restored({path}).path == path);
}
