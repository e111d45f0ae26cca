// What a connection string says beside the host: the database, the login, TLS.
#include <catch2/catch_test_macros.hpp>

#include "tests/support/certificates.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/fixtures.hpp"
#include "tests/support/mongod.hpp"
#include "tests/support/ports.hpp"
#include "tests/support/sidekick.hpp"
#include "tests/support/strict_archive.hpp"

using namespace sidekick::test;

namespace {

using Words = std::vector<std::string>;

std::int64_t count(const MongoClient& client, const std::string& db, const std::string& collection) {
  return integer(client.command(db, R"({"count":")" + collection + R"("})").at("n"));
}

/// A server with two databases of one collection each, and a dump of both in an archive and a folder.
class TwoDatabases final {
 public:
  TwoDatabases() {
    for (const std::string db : {"p1", "p2"})
      server.client().command(db, R"({"insert":"c","documents":[{"_id":1},{"_id":2}]})");
    dump({"--uri=mongodb://" + server.address() + "/", "--archive=" + archive()});
    dump({"--uri=mongodb://" + server.address() + "/", "--out=" + folder()});
  }

  std::string archive() const { return folder_ / "all.archive"; }
  std::string folder() const { return folder_ / "dump"; }
  std::string uri(const std::string& db) const { return "mongodb://" + server.address() + "/" + db; }

  Finished dump(Words flags) const {
    flags.insert(flags.begin(), "mongodump");
    const auto finished = sidekick_run(flags);
    INFO(finished.describe());
    REQUIRE(finished.exit_code == 0);
    return finished;
  }

  const Mongod server;

 private:
  TempDir folder_;
};

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Ends so, with one line of error that holds `said`, and before anything is waited for.
void check_refused(const Words& words, int code, const std::string& said) {
  const auto finished = sidekick_run(words, 60s);
  INFO(finished.describe());
  CHECK(finished.exit_code == code);
  CHECK(finished.wall < 20s);
  REQUIRE(error_lines(finished).size() == 1);
  CHECK(holds(error_lines(finished)[0], said));
}

/// Each command that speaks to a MongoDB, told to speak to `uri`.
std::vector<Words> all_commands(const std::string& uri, const TempDir& folder) {
  return {{"restore", "--uri=" + uri, "--archive=" + test_data("shop.archive.gz").string()},
          {"dump", "--uri=" + uri, "--archive=" + (folder / "a").string()},
          {"backup", "--from", uri, "--to", "dir:" + folder.path().string(), "--one-time"},
          {"wait", uri, "--timeout=30s"}};
}

}  // namespace

TEST_CASE("a restore drops and restores the database of its connection string alone") {
  const TwoDatabases two;
  const auto client = two.server.client();
  for (const Words& how : std::vector<Words>{{"--uri=" + two.uri("p1")}, {two.uri("p1")}}) {
    for (const std::string db : {"p1", "p2"}) client.command(db, R"({"insert":"c","documents":[{}]})");
    const auto before = count(client, "p2", "c");
    auto words = how;
    words.insert(words.end(), {"--archive=" + two.archive(), "--drop"});
    const auto finished = restore(words);
    INFO(finished.describe());
    CHECK(finished.exit_code == 0);
    CHECK(count(client, "p1", "c") == 2);
    CHECK(count(client, "p2", "c") == before);
  }
}

TEST_CASE("a dump holds the database of its connection string alone") {
  const TwoDatabases two;
  two.dump({"--uri=" + two.uri("p1"), "--archive=" + two.archive()});
  const auto dumped = read_archive_file_strictly(two.archive()).collections;
  REQUIRE(dumped.size() == 1);
  CHECK(dumped[0].text() == "p1.c");
  const auto missing = sidekick_run({"dump", two.uri("p3"), "--archive=" + two.archive()});
  INFO(missing.describe());
  CHECK(missing.exit_code == 66);
}

TEST_CASE("a folder is restored into the database of the connection string") {
  const TwoDatabases two;
  const auto finished = restore({two.uri("x"), two.folder() + "/p1"});
  INFO(finished.describe());
  CHECK(finished.exit_code == 0);
  CHECK(count(two.server.client(), "x", "c") == 2);
  const auto refused = restore({two.uri("x"), "--db=y", two.folder() + "/p1"});
  INFO(refused.describe());
  CHECK(refused.exit_code == 78);
}

TEST_CASE("a rename that matches nothing ends with 66 and changes nothing") {
  const TwoDatabases two;
  const Mongod other;
  const auto finished =
      restore({"--uri=" + other.uri(), "--archive=" + two.archive(), "--nsFrom=p1", "--nsTo=stag", "--drop"});
  INFO(finished.describe());
  CHECK(finished.exit_code == 66);
  CHECK(holds(finished.err, "p1.*"));
  CHECK(count(other.client(), "p1", "c") == 0);
  CHECK(restore({"--uri=" + other.uri(), "--archive=" + two.archive(), "--nsFrom=p1.*", "--nsTo=stag.*"}).exit_code ==
        0);
  CHECK(count(other.client(), "stag", "c") == 2);
}

TEST_CASE("a login that cannot work ends every command with 78 before anything is connected") {
  const TempDir folder;
  const auto nobody = "127.0.0.1:" + std::to_string(free_port());
  for (const auto& [uri, said] :
       std::vector<std::pair<std::string, std::string>>{{"mongodb://" + nobody + "/?authMechanism=MONGODB-X509", "TLS"},
                                                        {"mongodb://me@" + nobody + "/", "no password"},
                                                        {"mongodb://me:pw@" + nobody + "/?authMechanism=X", "'X'"}})
    for (const auto& words : all_commands(uri, folder)) check_refused(words, 78, said);
  for (const std::string command : {"restore", "dump"}) {
    check_refused({command, "--host=" + nobody, "--authenticationMechanism=MONGODB-X509"}, 78, "TLS");
    check_refused({command, "--host=" + nobody, "--username=me"}, 78, "no password");
  }
}

TEST_CASE("files of certificates are opened before anything is connected") {
  const TempDir folder;
  const Certificates certificates;
  const auto text = (folder / "text").string(), missing = (folder / "missing").string();
  write_file(text, "no certificate\n");
  const auto uri = "mongodb://127.0.0.1:" + std::to_string(free_port()) + "/?tls=true";
  for (const std::string option : {"&tlsCAFile=", "&tlsCertificateKeyFile="}) {
    for (const auto& words : all_commands(uri + option + missing, folder)) check_refused(words, 66, missing);
    for (const auto& words : all_commands(uri + option + text, folder)) check_refused(words, 78, text);
  }
  for (const std::string flag : {"--sslCAFile=", "--sslPEMKeyFile=", "--sslCRLFile="}) {
    check_refused({"restore", "--uri=" + uri, flag + missing}, 66, missing);
    check_refused({"restore", "--uri=" + uri, flag + text}, 78, text);
  }
  check_refused({"restore", "--uri=" + uri, "--sslPEMKeyFile=" + certificates.authority().string()}, 78, "key");
}

TEST_CASE("TLS asked of a plain server and a plain connection to a TLS server are named") {
  const TempDir folder;
  const Certificates certificates;
  const Mongod plain;
  const Mongod tls{{.flags = {"--tlsMode", "requireTLS", "--tlsCertificateKeyFile", certificates.server().string(),
                              "--tlsCAFile", certificates.authority().string()},
                    .uri_options = "&tls=true&tlsCAFile=" + certificates.authority().string() +
                                   "&tlsCertificateKeyFile=" + certificates.client().string()}};
  for (const auto& words : all_commands("mongodb://" + tls.address() + "/", folder))
    check_refused(words, 78, "the server accepts only TLS connections");
  for (const auto& words : all_commands(
           "mongodb://" + plain.address() + "/?tls=true&tlsCAFile=" + certificates.authority().string(), folder))
    check_refused(words, 78, "the server accepts only plain connections");
}

TEST_CASE("wait logs in with the user of its URL") {
  const Mongod server({.flags = {"--auth"}});
  server.client().command("admin", R"({"createUser":"root","pwd":"secret","roles":["root"]})");
  const auto url = [&](const std::string& login) { return "mongodb://" + login + "@" + server.address() + "/"; };
  const auto good = sidekick_run({"wait", url("root:secret"), "--timeout=30s"});
  INFO(good.describe());
  CHECK(good.exit_code == 0);
  CHECK(sidekick_run({"wait", "mongodb://" + server.address() + "/", "--timeout=30s"}).exit_code == 0);

  const auto wrong = sidekick_run({"wait", url("root:WRONG"), "--timeout=60s"}, 60s);
  INFO(wrong.describe());
  CHECK(wrong.exit_code == 77);
  CHECK(wrong.wall > 10s);
  CHECK(wrong.wall < 25s);
  CHECK(holds(wrong.err, "\"attempts\":1"));
  CHECK_FALSE(holds(wrong.err, "WRONG"));

  const auto short_time = sidekick_run({"wait", url("root:WRONG"), "--timeout=1s"});
  INFO(short_time.describe());
  CHECK(short_time.exit_code == 124);
  CHECK(holds(short_time.err, "cannot log in"));
  const auto gone = sidekick_run({"wait", url("root:WRONG"), "--invert", "--timeout=1s"});
  CHECK(gone.exit_code == 124);
  CHECK(holds(gone.err, "it is still available"));
}

TEST_CASE("wait lets a user in who is created while it waits") {
  const Mongod server({.flags = {"--auth"}});
  server.client().command("admin", R"({"createUser":"root","pwd":"secret","roles":["root"]})");
  Child late({{sidekick_binary(), "wait", "mongodb://late:secret@" + server.address() + "/", "--timeout=60s"}});
  REQUIRE(eventually(20s, [&] { return holds(server.log(), "late@admin") || holds(server.log(), "\"late\""); }));
  server.client("root", "secret").command("admin", R"({"createUser":"late","pwd":"secret","roles":[]})");
  const auto finished = late.wait(30s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 0);
}

TEST_CASE("a replica set whose members have no address here hints at directConnection") {
  const TempDir folder;
  const auto port = std::to_string(free_port());
  write_file(folder / "hosts", "127.0.0.1 localhost mongo1\n");
  // The server alone knows its own name, as in a network of containers that is left.
  Command command{{"unshare", "--mount", "--propagation", "private", "sh", "-c",
                   R"(mount --bind "$0" /etc/hosts && exec "$@")", (folder / "hosts").string()}};
  for (const auto& word : mongod_command("6.0.5")) command.words.push_back(word);
  for (const auto& word : Words{"--dbpath", folder.path().string(), "--port", port, "--bind_ip", "127.0.0.1",
                                "--nounixsocket", "--replSet", "rs", "--wiredTigerCacheSizeGB", "0.25"})
    command.words.push_back(word);
  const Child server(command);
  const auto address = "mongodb://127.0.0.1:" + port + "/?replicaSet=rs";
  const auto is_primary = [&] {
    try {
      const MongoClient client("mongodb://127.0.0.1:" + port + "/?directConnection=true");
      if (client.command("admin", R"({"hello":1})").contains("setName"))
        return client.command("admin", R"({"hello":1})").at("isWritablePrimary").as_bool();
      client.command("admin",
                     R"({"replSetInitiate":{"_id":"rs","members":[{"_id":0,"host":"mongo1:)" + port + "\"}]}}");
    } catch (const MongoFailure&) {
    }
    return false;
  };
  const bool up = eventually(60s, is_primary);
  INFO(server.out());
  if (!up && holds(server.err(), "unshare")) SKIP("no namespaces here: " << server.err());
  REQUIRE(up);
  const auto lost =
      restore({"--uri=" + address, "--archive=" + test_data("shop.archive.gz").string(), "--retry-for=0s"});
  INFO(lost.describe());
  CHECK(lost.exit_code == 69);
  CHECK(holds(lost.err, "'mongo1:" + port + "', which this machine cannot resolve"));
  CHECK(holds(lost.err, "directConnection=true"));
  const auto direct =
      restore({"--uri=" + address + "&directConnection=true", "--archive=" + test_data("shop.archive.gz").string()});
  INFO(direct.describe());
  CHECK(direct.exit_code == 0);
}
