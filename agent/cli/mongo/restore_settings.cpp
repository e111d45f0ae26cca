#include "agent/cli/mongo/restore_settings.hpp"

#include <algorithm>
#include <charconv>

#include "agent/cli/mongo/connection_string.hpp"
#include "agent/cli/rules.hpp"
#include "sidekick/certificates.hpp"

namespace sidekick::cli {

using config::Values;

namespace {

constexpr int longest_seconds = 24 * 3600;

void check_rules(const Values& values) {
  check_excluding(values, {{"archive", "dir"},
                           {"if-empty", "drop"},
                           {"from", "archive"},
                           {"from", "dir"},
                           {"from", "oplogFile"},
                           {"oplogReplay", "nsInclude"},
                           {"oplogReplay", "nsExclude"},
                           {"oplogReplay", "nsFrom"},
                           {"oplogReplay", "nsTo"},
                           {"oplogReplay", "db"},
                           {"oplogReplay", "excludeCollection"},
                           {"oplogReplay", "excludeCollectionsWithPrefix"},
                           {"oplogFile", "archive"},
                           {"collection", "excludeCollection"},
                           {"collection", "excludeCollectionsWithPrefix"}});
  // The oplog of a stored backup is replayed without being asked for.
  if (!values.given("from")) check_needing(values, {{"oplogLimit", "oplogReplay"}, {"job", "from"}});
  if (values.given("identity-file") && !values.given("from") && !values.given("archive"))
    values.report({ErrorKind::config, "--identity-file needs --archive or --from",
                   "only archives and stored backups can be encrypted"});
  check_needing(
      values,
      {{"collection", "db"}, {"restoreDbUsersAndRoles", "db"}, {"oplogFile", "oplogReplay"}, {"preserveUUID", "drop"}});
  if (values.list("nsFrom").size() != values.list("nsTo").size())
    values.report({ErrorKind::config, "--nsFrom was given " + std::to_string(values.list("nsFrom").size()) +
                                          " times and --nsTo " + std::to_string(values.list("nsTo").size()) +
                                          " times: give them in pairs"});
  if (values.flag("restoreDbUsersAndRoles") && values.text("db") == "admin")
    values.report({ErrorKind::config, "--restoreDbUsersAndRoles and --db=admin exclude each other",
                   "a restore of the whole dump brings all users and roles"});
  if (values.flag("sslFIPSMode"))
    values.report({ErrorKind::config, "--sslFIPSMode is refused: this binary has no FIPS module of OpenSSL"});
}

bool digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

void check_formats(const Values& values) {
  if (values.text("db").find_first_of("/\\. \"$") != std::string::npos)
    values.report(values.bad_value("db", "not a valid database name"));
  if (const auto limit = values.text("oplogLimit"); !limit.empty()) {
    const auto colon = limit.find(':');
    const bool fits = digits(limit.substr(0, colon)) && (colon == std::string::npos || digits(limit.substr(colon + 1)));
    if (!fits) values.report(values.bad_value("oplogLimit", "not of the form SECONDS[:ORDINAL]"));
  }
}

void warn_of_no_effect(const Values& values, Log& log) {
  for (const std::string name : {"TCPKeepAliveSeconds", "numThreads"})
    if (values.given(name)) log.warn(values.find(name)->origin + " has no effect here");
  (void)values.integer("TCPKeepAliveSeconds", 0, longest_seconds);
  (void)values.integer("numThreads", 0, 1'000'000);
}

/// Where the dump comes from: by flag, or by the one argument.
void set_input(restore::Settings& out, const Values& values, const std::string& argument) {
  if (values.given("from") && !argument.empty())
    throw Error(ErrorKind::config,
                values.find("from")->origin + " and the argument '" + redact_url(argument) + "' exclude each other");
  out.gzip = values.flag("gzip");
  if (values.given("archive")) {
    if (!argument.empty())
      throw Error(ErrorKind::config, values.find("archive")->origin + " and the argument '" + redact_url(argument) +
                                         "' exclude each other");
    out.path = values.text("archive");
    out.input = out.path == "-" ? restore::Input::standard_input : restore::Input::archive_file;
    if (out.input == restore::Input::standard_input) out.path.clear();
    return;
  }
  if (values.given("dir") && !argument.empty())
    throw Error(ErrorKind::config,
                values.find("dir")->origin + " and the argument '" + redact_url(argument) + "' exclude each other");
  if (values.given("dir"))
    out.path = values.text("dir");
  else if (!argument.empty())
    out.path = argument;
  if (out.path == "-")
    throw Error(ErrorKind::usage, "'-' is not a dump folder: standard input can only be an archive", "use --archive");
}

Error one_too_many(const std::string& argument, const std::string& path) {
  return {ErrorKind::usage, "unexpected argument: '" + redact_url(argument) + "' after '" + redact_url(path) + "'",
          "restore takes one folder or file"};
}

void take_arguments(restore::Settings& out, const config::Settings& settings) {
  std::string path;
  for (const auto& argument : settings.arguments) {
    if (argument.empty()) throw Error(ErrorKind::usage, "an argument is empty");
    if (!path.empty()) throw one_too_many(argument, path);
    path = argument;
  }
  set_input(out, settings.values, path);
}

restore::OnDuplicate on_duplicate(const Values& values) {
  const auto choice = values.choice("on-duplicate", {"same", "error", "keep", "replace"});
  if (choice == "error") return restore::OnDuplicate::error;
  if (choice == "keep") return restore::OnDuplicate::keep;
  return choice == "replace" ? restore::OnDuplicate::replace : restore::OnDuplicate::same;
}

void take_selection(restore::Settings& out, const Values& values) {
  out.db = values.text("db");
  out.db_of_uri = is_database_of_uri(values);
  out.collection = values.text("collection");
  out.ns_include = values.list("nsInclude");
  out.ns_exclude = values.list("nsExclude");
  out.ns_from = values.list("nsFrom");
  out.ns_to = values.list("nsTo");
  out.exclude_collections = values.list("excludeCollection");
  out.exclude_collection_prefixes = values.list("excludeCollectionsWithPrefix");
  out.allow_empty = values.flag("allow-empty");
}

void take_writing(restore::Settings& out, const Values& values) {
  out.drop = values.flag("drop");
  out.if_empty = values.flag("if-empty");
  out.dry_run = values.flag("dry-run");
  out.prove_first = !values.flag("no-verify-first");
  out.on_duplicate = on_duplicate(values);
  out.maintain_insertion_order = values.flag("maintainInsertionOrder");
  out.stop_on_error = values.flag("stopOnError") || out.maintain_insertion_order;
  out.bypass_document_validation = values.flag("bypassDocumentValidation");
  out.preserve_uuid = values.flag("preserveUUID");
  out.workers = restore_workers(values);
  out.batch_documents = values.integer("batchSize", 1, 100'000).value_or(out.batch_documents);
}

void take_details(restore::Settings& out, const Values& values) {
  out.restore_indexes = !values.flag("noIndexRestore");
  out.restore_options = !values.flag("noOptionsRestore");
  out.keep_index_version = values.flag("keepIndexVersion");
  out.convert_legacy_indexes = values.flag("convertLegacyIndexes");
  out.fix_dotted_hash_indexes = values.flag("fixDottedHashIndex");
  out.oplog_replay = values.flag("oplogReplay");
  out.oplog_limit = values.text("oplogLimit");
  out.oplog_file = values.text("oplogFile");
  out.restore_db_users_and_roles = values.flag("restoreDbUsersAndRoles");
  out.temp_users_collection = values.text("tempUsersColl");
  out.temp_roles_collection = values.text("tempRolesColl");
}

}  // namespace

int restore_workers(const Values& values) {
  const auto workers = values.integer("workers", 1, 64);
  const auto collections = values.integer("numParallelCollections", 1, 10'000);
  const auto inserters = values.integer("numInsertionWorkersPerCollection", 1, 10'000);
  if (workers && values.given("workers")) return *workers;
  return std::clamp(collections.value_or(1) * inserters.value_or(1), 2, 64);
}

mongo::Connection mongo_connection(const Values& values) {
  mongo::Connection out;
  out.uri = values.secret("uri");
  out.host = values.text("host");
  (void)values.integer("port", 1, 65535);
  out.port = values.text("port");
  out.user = values.text("username");
  out.password = values.secret("password");
  out.authentication_database = values.text("authenticationDatabase");
  out.authentication_mechanism = values.text("authenticationMechanism");
  out.aws_session_token = values.secret("awsSessionToken");
  out.gssapi_service_name = values.text("gssapiServiceName");
  out.gssapi_host_name = values.text("gssapiHostName");
  out.tls = values.flag("ssl");
  out.tls_ca_file = values.text("sslCAFile");
  out.default_ca_file = ca_bundle_path().value_or("");
  out.tls_certificate_key_file = values.text("sslPEMKeyFile");
  out.tls_certificate_key_password = values.secret("sslPEMKeyPassword");
  out.tls_crl_file = values.text("sslCRLFile");
  const bool insecure = values.flag("tlsInsecure");
  out.tls_allow_invalid_certificates = values.flag("sslAllowInvalidCertificates") || insecure;
  out.tls_allow_invalid_hostnames = values.flag("sslAllowInvalidHostnames") || insecure;
  out.compressors = values.text("compressors");
  out.connect_timeout_s = values.integer("dialTimeout", 1, longest_seconds);
  out.socket_timeout_s = values.integer("socketTimeout", 0, longest_seconds);
  out.server_selection_timeout_s = values.integer("serverSelectionTimeout", 1, longest_seconds);
  out.write_concern = values.text("writeConcern");
  return out;
}

restore::Settings restore_settings(const config::Settings& told, Log& log) {
  const auto settings = with_connection_string(told);
  const auto& values = settings.values;
  warn_of_admin(values, log);
  check_rules(values);
  check_formats(values);
  warn_of_no_effect(values, log);
  restore::Settings out;
  out.connection = mongo_connection(values);
  values.judge([&] { take_arguments(out, settings); });
  take_selection(out, values);
  take_writing(out, values);
  take_details(out, values);
  return out;
}

}  // namespace sidekick::cli
