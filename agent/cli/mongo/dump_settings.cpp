#include "agent/cli/mongo/dump_settings.hpp"

#include "agent/cli/mongo/connection_string.hpp"
#include "agent/cli/mongo/restore_settings.hpp"
#include "agent/cli/rules.hpp"
#include "mongo/bson.hpp"
#include "mongo/lax_json.hpp"
#include "mongo/namespace.hpp"
#include "sidekick/secret.hpp"

namespace sidekick::cli {

using config::Values;
using dump::Destination;

namespace {

constexpr int longest_seconds = 24 * 3600;
constexpr int best_gzip_level = 9;
constexpr int best_zstd_level = 19;

Error config_error(std::string message, std::string hint = {}) {
  return {ErrorKind::config, std::move(message), std::move(hint)};
}

void check_rules(const Values& values) {
  check_excluding(values, {{"archive", "out"},
                           {"gzip", "zstd"},
                           {"query", "queryFile"},
                           {"query", "forceTableScan"},
                           {"oplog", "db"},
                           {"oplog", "snapshot"},
                           {"dumpDbUsersAndRoles", "collection"},
                           {"collection", "excludeCollection"},
                           {"collection", "excludeCollectionsWithPrefix"}});
  check_needing(
      values,
      {{"collection", "db"}, {"query", "collection"}, {"queryFile", "collection"}, {"dumpDbUsersAndRoles", "db"}});
  if (values.given("compression-level") && !values.flag("gzip") && !values.flag("zstd"))
    values.report(config_error(values.find("compression-level")->origin + " needs --gzip or --zstd"));
  if (values.flag("sslFIPSMode"))
    values.report(config_error("--sslFIPSMode is refused: this binary has no FIPS module of OpenSSL"));
  if (values.text("out") != "-") return;
  if (!values.given("collection"))
    values.report(config_error("--out=- needs --collection: it writes one collection to standard output"));
  if (values.flag("gzip") || values.flag("zstd"))
    values.report(
        config_error("--out=- and compression exclude each other", "pipe it: sidekick dump --out=- ... | gzip"));
}

void check_formats(const Values& values) {
  if (values.text("db").find_first_of("/\\. \"$") != std::string::npos)
    values.report(values.bad_value("db", "not a valid database name"));
  if (values.text("collection").starts_with(mongo::buckets_prefix))
    values.report(values.bad_value("collection", "this collection holds the measurements of a time series",
                                   "name the time series itself"));
}

void refuse_arguments(const config::Settings& settings) {
  if (settings.arguments.empty()) return;
  settings.values.report({ErrorKind::usage,
                          "the argument '" + redact_url(settings.arguments.front()) + "' is not a connection string",
                          "--out names a folder to write, --archive an archive"});
}

void take_destination(dump::Settings& out, const Values& values) {
  if (values.given("archive")) {
    out.path = values.text("archive");
    out.destination = out.path == "-" ? Destination::standard_output : Destination::archive_file;
  } else if (values.given("out")) {
    out.path = values.text("out");
    out.destination = out.path == "-" ? Destination::documents : Destination::folder;
  }
  if (values.flag("gzip")) out.compression = filters::Compression::gzip;
  if (values.flag("zstd")) out.compression = filters::Compression::zstd;
  out.compression_threads = values.integer("compression-threads", 1, 64).value_or(out.compression_threads);
  out.compression_level =
      values.integer("compression-level", 1, values.flag("gzip") ? best_gzip_level : best_zstd_level);
}

std::string query_of(const Values& values) {
  auto query = values.text("query");
  if (const auto path = values.text("queryFile"); !path.empty())
    if (const auto text = values.file(path, "--queryFile")) query = text->reveal();
  if (query.empty()) return query;
  query = mongo::strict_json(query);
  const std::string name = values.given("query") ? "query" : "queryFile";
  try {
    (void)mongo::Bson::from_json(query, "it");
  } catch (const Error& error) {
    throw values.bad_value(name, error.message(), "write it as {qty: {$gt: 3}}");
  }
  return query;
}

void take_selection(dump::Settings& out, const Values& values) {
  out.db = values.text("db");
  out.collection = values.text("collection");
  out.query = values.judge([&] { return query_of(values); });
  out.exclude_collections = values.list("excludeCollection");
  out.exclude_collection_prefixes = values.list("excludeCollectionsWithPrefix");
  out.users_and_roles = values.flag("dumpDbUsersAndRoles");
  out.views_as_collections = values.flag("viewsAsCollections");
  // Nobody names what need not be there; a whole server may well be empty.
  out.allow_empty = values.flag("allow-empty") || out.db.empty();
}

}  // namespace

dump::Settings dump_settings(const config::Settings& told, Log& log) {
  const auto settings = with_connection_string(told);
  const auto& values = settings.values;
  warn_of_admin(values, log);
  refuse_arguments(settings);
  check_rules(values);
  check_formats(values);
  if (values.given("TCPKeepAliveSeconds")) log.warn(values.find("TCPKeepAliveSeconds")->origin + " has no effect here");
  (void)values.integer("TCPKeepAliveSeconds", 0, longest_seconds);
  dump::Settings out;
  out.connection = mongo_connection(values);
  take_destination(out, values);
  take_selection(out, values);
  out.read_preference = values.text("readPreference");
  out.oplog = values.flag("oplog");
  out.snapshot = values.flag("snapshot");
  out.dry_run = values.flag("dry-run");
  out.parallel_collections = values.integer("numParallelCollections", 1, 64).value_or(out.parallel_collections);
  out.tool_version = "sidekick-" SIDEKICK_VERSION;
  return out;
}

}  // namespace sidekick::cli
