#include "agent/cli/common_settings.hpp"
#include "agent/cli/http_endpoints.hpp"
#include "agent/cli/mongo/dump_settings.hpp"
#include "agent/cli/mongo/restore_schema.hpp"

namespace sidekick::cli {

using config::Arity;
using config::Setting;

namespace {

constexpr std::string_view output = "Output";
constexpr std::string_view selection = "What to dump";
constexpr std::string_view consistency = "Consistency";
constexpr std::string_view reading = "Reading";

std::vector<Setting> writing() {
  return {
      {.name = "archive",
       .value_name = "FILE",
       .help = "write one archive to FILE; alone, or with '-', to standard output",
       .remark = "the file appears under its name only when it is complete and synced",
       .group = output,
       .implied = "-",
       .arity = Arity::optional_value},
      {.name = "out",
       .short_name = 'o',
       .value_name = "FOLDER",
       .help = "write a folder of files, 'dump' if nothing is given; '-' writes the documents of one collection to "
               "standard output",
       .remark = "the files appear only when all of them are complete and synced",
       .group = output},
      {.name = "gzip", .help = "compress with gzip, on several threads", .group = output, .arity = Arity::flag},
      {.name = "zstd",
       .help = "compress with zstd, which sidekick restore reads directly and mongorestore after 'zstd -d'",
       .group = output,
       .arity = Arity::flag},
      {.name = "compression-level",
       .value_name = "N",
       .help = "gzip 1 to 9 (5 unless given), zstd 1 to 19 (3 unless given)",
       .group = output},
      {.name = "compression-threads",
       .value_name = "N",
       .help = "threads that compress, 1 to 64",
       .group = output,
       .fallback = "2"},
  };
}

std::vector<Setting> selecting() {
  return {
      {.name = "db", .short_name = 'd', .value_name = "DB", .help = "dump one database", .group = selection},
      {.name = "collection",
       .short_name = 'c',
       .value_name = "NAME",
       .help = "dump one collection of --db",
       .group = selection},
      {.name = "query",
       .short_name = 'q',
       .value_name = "JSON",
       .help = "dump only the matching documents of --collection, in Extended JSON v2, whose keys need no quotes: "
               "{qty: {$gt: 3}}",
       .group = selection,
       .form = config::Form::lines},
      {.name = "queryFile", .value_name = "FILE", .help = "read --query from a file", .group = selection},
      {.name = "excludeCollection",
       .value_name = "NAME",
       .help = "skip the collections of this name",
       .remark = "works without --db too",
       .group = selection,
       .arity = Arity::repeated},
      {.name = "excludeCollectionsWithPrefix",
       .value_name = "PREFIX",
       .help = "skip the collections whose names start with this",
       .remark = "works without --db too",
       .group = selection,
       .arity = Arity::repeated},
      {.name = "dumpDbUsersAndRoles",
       .help = "also dump the users and roles of --db",
       .group = selection,
       .arity = Arity::flag},
      {.name = "viewsAsCollections",
       .help = "dump the documents that views show, as collections, and no other collection",
       .group = selection,
       .arity = Arity::flag},
      {.name = "allow-empty",
       .help = "succeed where the named database or collection does not exist, instead of exit code 66",
       .group = selection,
       .arity = Arity::flag},
  };
}

std::vector<Setting> agreeing() {
  return {
      {.name = "oplog",
       .help = "record the writes during the dump, so that a restore with --oplogReplay gives one point in time; needs "
               "a replica set",
       .remark = "an oplog that rolled over or holds a renamed collection is exit code 65, and no file is left",
       .group = consistency,
       .arity = Arity::flag},
      {.name = "snapshot",
       .help = "dump all collections as of one point in time, without an oplog; needs a replica set of servers 5.0 or "
               "newer",
       .group = consistency,
       .arity = Arity::flag},
  };
}

std::vector<Setting> pacing() {
  return {
      {.name = "readPreference",
       .value_name = "MODE|JSON",
       .help = "which member to read from: primary, nearest, or {mode: \"secondary\", tagSets: [{dc: \"east\"}]}",
       .remark = "one member is chosen and read to the end",
       .group = reading,
       .form = config::Form::lines},
      {.name = "numParallelCollections",
       .short_name = 'j',
       .value_name = "N",
       .help = "collections read in parallel, 1 to 64",
       .group = reading,
       .fallback = "4"},
      {.name = "forceTableScan",
       .help = "read in disk order",
       .remark = "not needed, this is always done",
       .group = reading,
       .arity = Arity::flag},
  };
}

}  // namespace

config::Schema dump_schema() {
  config::Schema schema{
      .command = "dump",
      .summary = "Writes a dump of MongoDB, as mongodump does.",
      .arguments = "[mongodb://...]",
      .description =
          "Reads collections with their options, indexes, views, users and roles, and writes an archive, a folder, or "
          "standard output. mongorestore and sidekick restore read the result. It waits for the server, and starts "
          "over when it is disturbed (a step-down, a lost cursor, a restart): the file of the requested name is always "
          "complete. It takes the flags of mongodump, and its own.\n\nWith access control, the role backup of MongoDB "
          "is enough.",
      .settings = writing(),
      .file_keys = {"password", "uri", "sslPEMKeyPassword"},
      .first = {"archive", "out", "gzip", "zstd", "db", "collection", "query", "oplog", "snapshot", "uri"}};
  for (auto part : {selecting(), agreeing(), mongo_connection_settings(), pacing(), common_settings()})
    schema.settings.insert(schema.settings.end(), part.begin(), part.end());
  schema.settings.push_back(http_setting("HTTP"));
  return schema;
}

}  // namespace sidekick::cli
