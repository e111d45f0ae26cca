#include "agent/cli/mongo/restore_settings.hpp"

#include <catch2/catch_test_macros.hpp>

#include "agent/cli/mongo/restore_schema.hpp"
#include "tests/unit/support/recorder.hpp"

using namespace sidekick;
using namespace sidekick::cli;

namespace {

using Words = std::vector<std::string>;

restore::Settings told(const Words& words, const config::Environment& environment = {}) {
  test::Recorder recorder;
  status::JobLog log(recorder, "restore", 0);
  return restore_settings(config::resolve(restore_schema(), words, environment), log);
}

void check_refused(const Words& words, ErrorKind kind, const std::string& message) {
  CAPTURE(words);
  try {
    told(words);
  } catch (const Error& error) {
    CHECK(error.kind() == kind);
    CHECK(error.message() == message);
    return;
  }
  FAIL("taken");
}

}  // namespace

TEST_CASE("the line of the published article becomes the settings it means") {
  const auto out = told({"--uri=mongodb://mongo/", "--archive=/shop.archive.gz", "--gzip", "--drop"});
  CHECK(out.connection.uri.reveal() == "mongodb://mongo/");
  CHECK(out.input == restore::Input::archive_file);
  CHECK(out.path == "/shop.archive.gz");
  CHECK(out.drop);
  CHECK(out.prove_first);
  CHECK(out.workers == 2);
  CHECK(out.on_duplicate == restore::OnDuplicate::same);
}

TEST_CASE("the input is the archive, the folder, the file, or the folder dump") {
  CHECK(told({}).path == "dump");
  CHECK(told({}).input == restore::Input::folder);
  CHECK(told({"backup/"}).path == "backup/");
  CHECK(told({"--dir=backup"}).input == restore::Input::folder);
  CHECK(told({"--dir=backup"}).path == "backup");
  CHECK(told({"-d", "x", "-c", "y", "dump/a/b.bson"}).input == restore::Input::folder);
  CHECK(told({"--archive"}).input == restore::Input::standard_input);
  CHECK(told({"--archive=-"}).input == restore::Input::standard_input);
  CHECK(told({}, {{"SIDEKICK_ARCHIVE", "/a"}}).path == "/a");
}

TEST_CASE("a connection string may stand without its flag, beside the folder") {
  const auto out = told({"mongodb://h/", "folder"});
  CHECK(out.connection.uri.reveal() == "mongodb://h/");
  CHECK(out.path == "folder");
  CHECK(told({"mongodb://argument/"}, {{"SIDEKICK_URI", "mongodb://variable/"}}).connection.uri.reveal() ==
        "mongodb://argument/");
}

TEST_CASE("a name that reads like a switch is a name") {
  CHECK(told({"--db=no", "--collection=off", "dump"}).db == "no");
  check_refused({"--collection=no"}, ErrorKind::config, "--collection needs --db");
}

TEST_CASE("every flag that carries a value reaches its setting") {
  const auto out = told({"--host=h",
                         "--port=27018",
                         "-uroot",
                         "-psecret",
                         "--authenticationDatabase=admin",
                         "--authenticationMechanism=SCRAM-SHA-1",
                         "--awsSessionToken=t",
                         "--gssapiServiceName=s",
                         "--gssapiHostName=g",
                         "--sslCAFile=ca",
                         "--sslPEMKeyFile=key",
                         "--sslPEMKeyPassword=kp",
                         "--sslCRLFile=crl",
                         "--compressors=zstd",
                         "--dialTimeout=3",
                         "--socketTimeout=0",
                         "--serverSelectionTimeout=7",
                         "--writeConcern={w: 1}",
                         "--batchSize=10",
                         "--tempUsersColl=tu",
                         "--tempRolesColl=tr",
                         "--on-duplicate=keep"});
  const auto& c = out.connection;
  CHECK(c.host == "h");
  CHECK(c.port == "27018");
  CHECK(c.user == "root");
  CHECK(c.password.reveal() == "secret");
  CHECK(c.authentication_database == "admin");
  CHECK(c.authentication_mechanism == "SCRAM-SHA-1");
  CHECK(c.aws_session_token.reveal() == "t");
  CHECK(c.gssapi_service_name == "s");
  CHECK(c.gssapi_host_name == "g");
  CHECK(c.tls_ca_file == "ca");
  CHECK(c.tls_certificate_key_file == "key");
  CHECK(c.tls_certificate_key_password.reveal() == "kp");
  CHECK(c.tls_crl_file == "crl");
  CHECK(c.compressors == "zstd");
  CHECK(c.connect_timeout_s == 3);
  CHECK(c.socket_timeout_s == 0);
  CHECK(c.server_selection_timeout_s == 7);
  CHECK(c.write_concern == "{w: 1}");
  CHECK(out.batch_documents == 10);
  CHECK(out.temp_users_collection == "tu");
  CHECK(out.temp_roles_collection == "tr");
  CHECK(out.on_duplicate == restore::OnDuplicate::keep);
}

TEST_CASE("every flag without a value turns its setting") {
  const auto on = told({"--drop", "--dryRun", "--no-prove-first", "--stopOnError", "--bypassDocumentValidation",
                        "--preserveUUID", "--noIndexRestore", "--noOptionsRestore", "--keepIndexVersion",
                        "--convertLegacyIndexes", "--fixDottedHashIndex", "--allow-empty", "--tls", "--tlsInsecure"});
  CHECK((on.drop && on.dry_run && on.stop_on_error && on.bypass_document_validation && on.preserve_uuid));
  CHECK((on.keep_index_version && on.convert_legacy_indexes && on.fix_dotted_hash_indexes && on.allow_empty));
  CHECK_FALSE((on.prove_first || on.restore_indexes || on.restore_options));
  CHECK((on.connection.tls && on.connection.tls_allow_invalid_certificates));
  CHECK(on.connection.tls_allow_invalid_hostnames);
  const auto off = told({});
  CHECK_FALSE((off.drop || off.dry_run || off.stop_on_error || off.bypass_document_validation || off.preserve_uuid));
  CHECK_FALSE((off.keep_index_version || off.convert_legacy_indexes || off.fix_dotted_hash_indexes));
  CHECK((off.prove_first && off.restore_indexes && off.restore_options));
  CHECK_FALSE((off.connection.tls || off.connection.tls_allow_invalid_certificates));
  CHECK(told({"--ssl"}).connection.tls);
  CHECK(told({"--maintainInsertionOrder"}).stop_on_error);
}

TEST_CASE("collections are left out by name in every database or in one") {
  const auto all = told({"--excludeCollection=a", "--excludeCollection=b", "--excludeCollectionsWithPrefix=tmp_"});
  CHECK(all.exclude_collections == Words{"a", "b"});
  CHECK(all.exclude_collection_prefixes == Words{"tmp_"});
  CHECK(told({"--db=x", "--excludeCollection=a"}).exclude_collections == Words{"a"});
}

TEST_CASE("the peer's two numbers of workers become one") {
  CHECK(told({"-j4"}).workers == 4);
  CHECK(told({"-j=1"}).workers == 2);
  CHECK(told({"--numInsertionWorkersPerCollection=8"}).workers == 8);
  CHECK(told({"-j4", "--numInsertionWorkersPerCollection=4"}).workers == 16);
  CHECK(told({"-j", "100", "--numInsertionWorkersPerCollection", "100"}).workers == 64);
  CHECK(told({"-j4", "--workers=1"}).workers == 1);
}

TEST_CASE("what is accepted without effect is said aloud") {
  test::Recorder recorder;
  status::JobLog log(recorder, "restore", 0);
  restore_settings(config::resolve(restore_schema(), {"--numThreads=4", "--TCPKeepAliveSeconds=30", "--gzip"}, {}),
                   log);
  CHECK(recorder.lines(LogLevel::warning).size() == 2);
}

TEST_CASE("settings that exclude or need each other are errors of configuration") {
  const auto refused = [](const Words& words, const std::string& message) {
    check_refused(words, ErrorKind::config, message);
  };
  refused({"--archive=x", "--dir=y"}, "--archive and --dir exclude each other");
  refused({"--archive=x", "folder"}, "--archive and the argument 'folder' exclude each other");
  refused({"--dir=x", "folder"}, "--dir and the argument 'folder' exclude each other");
  refused({"--oplogReplay", "--nsInclude=a.*"}, "--oplogReplay and --nsInclude exclude each other");
  refused({"--oplogReplay", "--db=a"}, "--oplogReplay and --db exclude each other");
  refused({"--oplogLimit=1"}, "--oplogLimit needs --oplogReplay");
  refused({"--oplogReplay", "--oplogFile=o", "--archive=x"}, "--oplogFile and --archive exclude each other");
  refused({"--collection=x"}, "--collection needs --db");
  refused({"--restoreDbUsersAndRoles"}, "--restoreDbUsersAndRoles needs --db");
  refused({"--restoreDbUsersAndRoles", "--db=admin"}, "--restoreDbUsersAndRoles and --db=admin exclude each other");
  refused({"--preserveUUID"}, "--preserveUUID needs --drop");
  refused({"--nsFrom=a", "--nsFrom=b", "--nsTo=c"},
          "--nsFrom was given 2 times and --nsTo 1 times: give them in pairs");
  const auto two = "two connection strings are given: use only one, with --uri or as an argument";
  refused({"--uri=mongodb://a/", "mongodb://b/"}, two);
  refused({"mongodb://a/", "mongodb://b/"}, two);
  refused({"--sslFIPSMode"}, "--sslFIPSMode is refused: this binary has no FIPS module of OpenSSL");
}

TEST_CASE("values that do not fit are errors that name the flag and the value") {
  const auto refused = [](const Words& words, const std::string& message) {
    check_refused(words, ErrorKind::usage, message);
  };
  refused({"--workers=0"}, "--workers '0': not a number from 1 to 64");
  refused({"--workers=65"}, "--workers '65': not a number from 1 to 64");
  refused({"-j", "many"}, "--numParallelCollections 'many': not a number from 1 to 10000");
  refused({"--batchSize=-1"}, "--batchSize '-1': not a number from 1 to 100000");
  refused({"--port=99999"}, "--port '99999': not a number from 1 to 65535");
  refused({"--on-duplicate=skip"}, "--on-duplicate 'skip': not one of same, error, keep, replace");
  refused({"--oplogReplay", "--oplogLimit=soon"}, "--oplogLimit 'soon': not of the form SECONDS[:ORDINAL]");
  refused({"--db=a.b"}, "--db 'a.b': not a valid database name");
  refused({"--uri=user:hunter2@host"}, "--uri: does not begin with mongodb:// or mongodb+srv://");
  refused({"a", "b"}, "unexpected argument: 'b' after 'a'");
  refused({"-"}, "'-' is not a dump folder: standard input can only be an archive");
}
