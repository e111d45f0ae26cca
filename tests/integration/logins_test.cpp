// Users and roles of a dump: merged when all else is durable, without copies of password hashes left behind, and also
// where they change the login that the restore itself uses.
#include <bson/bson.h>
#include <catch2/catch_test_macros.hpp>

#include <csignal>

#include "sidekick/handle.hpp"
#include "tests/support/archive_writer.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/fixtures.hpp"
#include "tests/support/guarded_mongod.hpp"
#include "tests/support/server_state.hpp"
#include "tests/support/sidekick.hpp"

using namespace sidekick::test;

namespace {

using Form = GuardedMongod::Form;

const std::string users_file = "users-full.archive.gz";

std::string users_archive() {
  return "--archive=" + Fixture(users_file).path().string();
}

const boost::json::object& wanted() {
  return expected().at("archives").at(users_file).as_object();
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

bool can_log_in(const GuardedMongod& guarded, const std::string& user, const std::string& password) {
  try {
    guarded.client(user, password).command("admin", R"({"connectionStatus":1})");
    return true;
  } catch (const MongoFailure&) {
    return false;
  }
}

void check_no_copies(const MongoClient& client) {
  CHECK_FALSE(has_collection(client, "admin", "tempusers"));
  CHECK_FALSE(has_collection(client, "admin", "temproles"));
}

void check_restored(const MongoClient& client) {
  CHECK(joined(differences(wanted().at("namespaces").as_object(), read_namespaces(client))) == "");
  const auto state = read_state(client);
  CHECK(joined(differences(wanted().at("users").as_array(), state.at("users").as_array())) == "");
  CHECK(joined(differences(wanted().at("roles").as_array(), state.at("roles").as_array())) == "");
  check_no_copies(client);
}

void fail_command(const MongoClient& client, const std::string& command, const std::string& how,
                  const std::string& mode = R"({"times":1})") {
  client.command("admin", R"({"configureFailPoint":"failCommand","mode":)" + mode + R"(,"data":{"failCommands":[")" +
                              command + "\"]," + how + "}}");
}

std::vector<std::uint8_t> document(const std::string& json) {
  const sidekick::Handle<bson_t, bson_destroy> parsed(bson_new_from_json(
      reinterpret_cast<const std::uint8_t*>(json.data()), static_cast<ssize_t>(json.size()), nullptr));
  REQUIRE(parsed);
  return {bson_get_data(parsed.get()), bson_get_data(parsed.get()) + parsed->len};
}

const std::string old_user =
    R"({"_id":"shop.ann","user":"ann","db":"shop","credentials":{"MONGODB-CR":"00"},"roles":[]})";
const std::string old_version = R"({"_id":"authSchema","currentVersion":3})";

// A dump of a server of old, whose users no server of today takes.
void write_old_archive(const std::filesystem::path& path, bool users_first) {
  ArchiveWriter archive(path);
  const std::vector<std::string> id_index{R"({"v":2,"key":{"_id":1},"name":"_id_"})"};
  archive.promise("admin", "system.users", "{}", id_index);
  archive.promise("admin", "system.version", "{}", id_index);
  archive.promise("shop", "fruits", "{}", id_index);
  archive.end_prelude();
  const auto fruits = [&] {
    archive.segment("shop", "fruits", {document(R"({"_id":1})")});
    archive.end("shop", "fruits");
  };
  if (!users_first) fruits();
  archive.segment("admin", "system.users", {document(old_user)});
  archive.end("admin", "system.users");
  archive.segment("admin", "system.version", {document(old_version)});
  archive.end("admin", "system.version");
  if (users_first) fruits();
  archive.close();
}

}  // namespace

TEST_CASE("copies that a killed restore has left in the dumped server are skipped by name") {
  const TempDir folder;
  const auto file = "--archive=" + (folder / "all.archive").string();
  {
    const Mongod server;
    const auto client = server.client();
    client.command("admin", R"({"createUser":"ann","pwd":"secret","roles":[]})");
    client.command("admin", R"({"insert":"tempusers","documents":[{"_id":"admin.old"}]})");
    client.command("admin", R"({"insert":"temproles","documents":[{"_id":"admin.old"}]})");
    REQUIRE(sidekick_run({"dump", "--uri=" + server.uri(), file}).exit_code == 0);
  }
  const Mongod server;
  for (const char* flag : {"--on-duplicate=same", "--drop"}) {
    const Finished finished = restore({"--uri=" + server.uri(), file, flag});
    INFO(finished.describe());
    CHECK(finished.exit_code == 0);
    CHECK(has(finished.err, "admin.tempusers"));
    CHECK(has(finished.err, "admin.temproles"));
    check_no_copies(server.client());
    CHECK(read_state(server.client()).at("users").as_array().size() == 1);
  }
}

TEST_CASE("a dump that changes the password of the restore's own user is restored whole, in one attempt") {
  for (const char* version : {"4.4.2", "6.0.27"})
    for (const Form form : {Form::standalone, Form::replica_set})
      for (const bool drop : {false, true}) {
        const GuardedMongod guarded(version, form, "other");
        std::vector<std::string> flags{guarded.uri_flag("root", "other"), users_archive()};
        if (drop) flags.emplace_back("--drop");
        const Finished finished = restore(flags);
        INFO(version << " drop " << drop << ": " << finished.describe());
        CHECK(finished.exit_code == 0);
        CHECK(has(finished.err, "\"attempts\":1"));
        CHECK(has(finished.err, "'admin.root'") == false);
        CHECK(has(finished.err, "\"user\":\"admin.root\""));
        CHECK_FALSE(can_log_in(guarded, "root", "other"));
        REQUIRE(can_log_in(guarded, "root", "root-pw"));
        check_restored(guarded.client("root", "root-pw"));
        // The same once more, by the login that holds now.
        flags[0] = guarded.uri_flag("root", "root-pw");
        const Finished again = restore(flags);
        INFO(again.describe());
        CHECK(again.exit_code == 0);
        check_restored(guarded.client("root", "root-pw"));
      }
}

TEST_CASE("with --drop the restore's own user, which the dump does not have, is removed last") {
  for (const Form form : {Form::standalone, Form::replica_set}) {
    const GuardedMongod guarded("6.0.27", form, "root-pw");
    guarded.add_user("loader", "\"root\"");
    const Finished finished = restore({guarded.uri_flag("loader", "loader"), users_archive(), "--drop"});
    INFO(finished.describe());
    CHECK(finished.exit_code == 0);
    CHECK_FALSE(can_log_in(guarded, "loader", "loader"));
    CHECK(has(finished.err, "removing users that are not in the dump"));
    CHECK(has(finished.err, "\"users\":1,\"names\":\"admin.loader\""));
    CHECK_FALSE(has(finished.err, "removing roles"));
    check_restored(guarded.client("root", "root-pw"));
  }
}

TEST_CASE("a lost answer to the change of the restore's own login is no failure") {
  constexpr auto lost = R"("writeConcernError":{"code":91,"errmsg":"shutting down"})";
  for (const bool drop : {false, true}) {
    const GuardedMongod guarded("6.0.27", Form::replica_set, drop ? "root-pw" : "other");
    if (drop) guarded.add_user("loader", "\"root\"");
    const auto root = guarded.root();
    fail_command(root, drop ? "delete" : "update", lost);
    const Finished finished = restore({drop ? guarded.uri_flag("loader", "loader") : guarded.uri_flag("root", "other"),
                                       users_archive(), drop ? "--drop" : "--workers=1"});
    INFO(finished.describe());
    CHECK(finished.exit_code == 0);
    check_restored(guarded.client("root", "root-pw"));
  }
}

TEST_CASE("copies of password hashes are removed when the merge fails, is cancelled or was killed") {
  const GuardedMongod guarded;
  const auto root = guarded.root();
  const std::vector<std::string> flags{guarded.uri_flag("root", "root"), users_archive()};
  const auto copies = [&] { return has_collection(root, "admin", "tempusers"); };

  fail_command(root, "_mergeAuthzCollections", R"("errorCode":20)");
  const Finished refused = restore(flags);
  INFO(refused.describe());
  CHECK(refused.exit_code == 65);
  CHECK(has(refused.err, "cannot merge users"));
  check_no_copies(root);

  const auto blocked = R"("blockConnection":true,"blockTimeMS":60000)";
  fail_command(root, "_mergeAuthzCollections", blocked, "\"alwaysOn\"");
  Child cancelled(restore_command(flags));
  REQUIRE(eventually(30s, copies));
  cancelled.signal(SIGTERM);
  const Finished stopped = cancelled.wait(10s);
  INFO(stopped.describe());
  CHECK(stopped.exit_code == 143);
  CHECK(error_lines(stopped).empty());
  check_no_copies(root);

  Child killed(restore_command(flags));
  REQUIRE(eventually(30s, copies));
  killed.signal(SIGKILL);
  killed.wait(10s);
  CHECK(copies());
  root.command("admin", R"({"configureFailPoint":"failCommand","mode":"off"})");
  const Finished next = restore(flags);
  INFO(next.describe());
  CHECK(next.exit_code == 0);
  check_restored(guarded.client("root", "root-pw"));
}

TEST_CASE("users of an old schema are refused before anything is written") {
  const Mongod server;
  const auto client = server.client();
  client.command("shop", R"({"insert":"fruits","documents":[{"_id":7}]})");
  const TempDir folder;
  for (const bool users_first : {true, false})
    for (const bool piped : {false, true}) {
      if (piped && !users_first) continue;  // cannot be known before
      const auto path = folder / (users_first ? "first.archive" : "last.archive");
      write_old_archive(path, users_first);
      Command command = restore_command(
          {"--uri=" + server.uri(), piped ? "--archive" : "--archive=" + path.string(), "--drop", "--no-prove-first"});
      if (piped) command.input = path;
      const Finished finished = run(command, 60s);
      INFO("users first " << users_first << " piped " << piped << ": " << finished.describe());
      CHECK(finished.exit_code == 65);
      CHECK(has(finished.err, "schema 3"));
      CHECK(has(finished.err, "nothing was changed"));
      CHECK(integer(client.command("shop", R"({"count":"fruits","query":{"_id":7}})").at("n")) == 1);
    }
}

TEST_CASE("users in the dump of one database that are not restored are named") {
  const Mongod server;
  const Fixture folder("users-db-dir.tar");
  for (const auto& dump : {"--archive=" + Fixture("users-db.archive").path().string(),
                           folder.flags(boost::json::array{"$DIR/dump"}).front()}) {
    const Finished finished = restore({"--uri=" + server.uri(), dump});
    INFO(finished.describe());
    CHECK(finished.exit_code == 0);
    CHECK(has(finished.err, "skipping the users and roles in the dump of a database"));
    CHECK(has(finished.err, "shop.$admin.system.users"));
    CHECK(has(finished.err, "shop.$admin.system.roles"));
    CHECK(has(finished.err, "--restoreDbUsersAndRoles"));
  }
}

TEST_CASE("users of one database are counted where they were merged, and named where they do not belong") {
  const Mongod server;
  const Fixture fixture("users-db-dir.tar");
  const auto folder = fixture.flags(boost::json::array{"$DIR/dump/shop"}).front();
  const Finished other = restore({"--uri=" + server.uri(), "--db=shop2", "--restoreDbUsersAndRoles", folder});
  INFO(other.describe());
  CHECK(other.exit_code == 0);
  CHECK(has(other.err, "no user of the dump belongs to the database 'shop2'"));
  CHECK(has(other.err, "--db=shop"));
  CHECK_FALSE(has(other.err, " users"));
  CHECK(read_state(server.client()).at("users").as_array().empty());

  const Finished own = restore({"--uri=" + server.uri(), "--db=shop", "--restoreDbUsersAndRoles", folder});
  INFO(own.describe());
  CHECK(own.exit_code == 0);
  const auto state = read_state(server.client());
  CHECK(has(own.err, std::to_string(state.at("users").as_array().size()) + " users"));
  check_no_copies(server.client());
}

TEST_CASE("changes of logins in the oplog follow everything else") {
  const GuardedMongod guarded("6.0.27", Form::replica_set, "other");
  const auto users = guarded.root().documents("admin", {{"find", "system.users"}});
  REQUIRE(users.size() == 1);
  const TempDir folder;
  const auto path = folder / "oplog.archive";
  ArchiveWriter archive(path);
  archive.promise("shop", "fruits", "{}", {R"({"v":2,"key":{"_id":1},"name":"_id_"})"});
  archive.promise("", "oplog", "{}", {});
  archive.end_prelude();
  archive.segment("shop", "fruits", {document(R"({"_id":1})")});
  archive.end("shop", "fruits");
  archive.segment(
      "", "oplog",
      {document(R"({"ts":{"$timestamp":{"t":1,"i":1}},"op":"d","ns":"admin.system.users","o":{"_id":"admin.root"}})"),
       document(R"({"ts":{"$timestamp":{"t":1,"i":2}},"op":"i","ns":"shop.fruits","o":{"_id":2}})")});
  archive.end("", "oplog");
  archive.close();
  guarded.add_user("keeper", "\"root\"");
  guarded.root().command("admin", R"({"grantRolesToUser":"root","roles":["__system"]})");
  const Finished finished = restore({guarded.uri_flag("root", "other"), "--archive=" + path.string(), "--oplogReplay"});
  INFO(finished.describe());
  CHECK(finished.exit_code == 0);
  CHECK_FALSE(can_log_in(guarded, "root", "other"));
  CHECK(integer(guarded.client("keeper", "keeper").command("shop", R"({"count":"fruits"})").at("n")) == 2);
}
