#include "agent/cli/mongo/restore_schema.hpp"

#include "agent/cli/backup/storage_schema.hpp"
#include "agent/cli/common_settings.hpp"
#include "agent/cli/http_endpoints.hpp"

namespace sidekick::cli {

using config::Arity;
using config::Setting;

namespace {

constexpr std::string_view input = "Input";
constexpr std::string_view selection = "Which collections";
constexpr std::string_view writing = "Writing";
constexpr std::string_view details = "Options and indexes";
constexpr std::string_view oplog = "Oplog, users and roles";

std::vector<Setting> reading() {
  return {
      {.name = "archive",
       .value_name = "FILE",
       .help = "restore the archive FILE; alone, or with '-', the one on standard input",
       .group = input,
       .implied = "-",
       .arity = Arity::optional_value},
      {.name = "dir",
       .value_name = "FOLDER",
       .help =
           "restore a dump folder or one .bson file, as an argument without a flag does; 'dump' if nothing is given",
       .remark = "'-' is refused, standard input can only be an archive",
       .group = input},
      {.name = "from",
       .value_name = "STORAGE/NAME",
       .help = "restore a backup from where it is stored: s3://bucket/prefix/NAME, dir:/folder/NAME, "
               "sftp://user@host/path/NAME; NAME may be latest. Its oplog is replayed where it has one",
       .group = input,
       .secrecy = config::Secrecy::url},
      {.name = "job",
       .value_name = "NAME",
       .help = "whose latest --from means, where several jobs are stored there",
       .group = input},
      {.name = "identity-file",
       .value_name = "FILE",
       .help = "private keys of age, for a backup or an --archive that is encrypted; may be given several times",
       .group = input,
       .arity = Arity::repeated},
      {.name = "gzip",
       .help = "the input is compressed",
       .remark =
           "gzip and zstd are known by their first bytes; where a folder holds c.bson and c.bson.gz it chooses the "
           "second",
       .group = input,
       .arity = Arity::flag},
      {.name = "objcheck",
       .help = "check every document",
       .remark = "not needed, every document's frame is always checked",
       .group = input,
       .arity = Arity::flag},
      {.name = "no-verify-first",
       .alias = "no-prove-first",
       .help = "with --drop, do not read the whole input once before a collection that holds documents is dropped",
       .group = input,
       .arity = Arity::flag},
  };
}

std::vector<Setting> selecting() {
  return {
      {.name = "nsInclude",
       .value_name = "PATTERN",
       .help =
           "restore only the namespaces that match; * stands for anything; one that matches nothing is exit code 66",
       .group = selection,
       .arity = Arity::repeated},
      {.name = "nsExclude",
       .value_name = "PATTERN",
       .help = "leave out the namespaces that match",
       .group = selection,
       .arity = Arity::repeated},
      {.name = "nsFrom",
       .value_name = "PATTERN",
       .help = "rename the namespaces that match to what the --nsTo in the same place says: --nsFrom='shop.*' "
               "--nsTo='test.*'; one that matches nothing is exit code 66",
       .group = selection,
       .arity = Arity::repeated},
      {.name = "nsTo", .value_name = "PATTERN", .help = "see --nsFrom", .group = selection, .arity = Arity::repeated},
      {.name = "db",
       .short_name = 'd',
       .value_name = "DB",
       .help = "restore one database, or a .bson file into it",
       .group = selection},
      {.name = "collection",
       .short_name = 'c',
       .value_name = "NAME",
       .help = "restore one collection of --db",
       .group = selection},
      {.name = "excludeCollection",
       .value_name = "NAME",
       .help = "leave out the collections of that name",
       .group = selection,
       .arity = Arity::repeated},
      {.name = "excludeCollectionsWithPrefix",
       .value_name = "PREFIX",
       .help = "leave out the collections whose names begin so",
       .group = selection,
       .arity = Arity::repeated},
      {.name = "allow-empty",
       .help = "succeed where nothing matches, instead of exit code 66",
       .group = selection,
       .arity = Arity::flag},
  };
}

std::vector<Setting> storing() {
  return {
      {.name = "drop",
       .help = "drop each collection that is in the dump first",
       .remark = "only once the server was reached and the input proven, and only what was there at the start: where "
                 "another process replaces a collection meanwhile, the restore ends with 75",
       .group = writing,
       .arity = Arity::flag},
      {.name = "if-empty",
       .help = "do nothing, and end with 0, where a database that would be written to holds a document; what a killed "
               "run with this flag has begun is finished",
       .group = writing,
       .arity = Arity::flag},
      {.name = "on-duplicate",
       .value_name = "same|error|keep|replace",
       .help = "what becomes of a document whose _id is there already: with equal bytes it counts as stored, it is an "
               "error, the one there stays, or the dump's takes its place",
       .group = writing,
       .fallback = "same"},
      {.name = "writeConcern",
       .value_name = "CONCERN",
       .help = "what acknowledges a batch: majority, a number, or {w: 3, j: true, wtimeout: 500}; majority where there "
               "is a replica set, unless given",
       .group = writing,
       .form = config::Form::lines},
      {.name = "workers",
       .value_name = "N",
       .help = "connections that write at once, 1 to 64",
       .group = writing,
       .fallback = "2"},
      {.name = "numParallelCollections",
       .short_name = 'j',
       .value_name = "N",
       .help = "collections at once",
       .remark = "times --numInsertionWorkersPerCollection it is --workers (2 to 64), shared by all collections",
       .group = writing},
      {.name = "numInsertionWorkersPerCollection",
       .value_name = "N",
       .help = "writers for each collection",
       .remark = "see --numParallelCollections",
       .group = writing},
      {.name = "numThreads",
       .value_name = "N",
       .help = "threads of the program",
       .remark = "no effect, --workers decides",
       .group = writing},
      {.name = "batchSize",
       .value_name = "N",
       .help = "documents in a batch at most, 1 to 100000; bytes are limited beside it",
       .group = writing,
       .fallback = "100000"},
      {.name = "maintainInsertionOrder",
       .help = "insert in the order of the dump, and end at the first document that is not stored",
       .group = writing,
       .arity = Arity::flag},
      {.name = "stopOnError",
       .help = "end at the first document that is not stored",
       .remark = "without it all others are stored and the exit code still tells: 65",
       .group = writing,
       .arity = Arity::flag},
      {.name = "bypassDocumentValidation",
       .help = "store documents that a collection's validator refuses",
       .group = writing,
       .arity = Arity::flag},
  };
}

std::vector<Setting> detailing() {
  return {
      {.name = "noIndexRestore", .help = "make no indexes", .group = details, .arity = Arity::flag},
      {.name = "noOptionsRestore", .help = "make collections without options", .group = details, .arity = Arity::flag},
      {.name = "keepIndexVersion", .help = "keep the indexes' old versions", .group = details, .arity = Arity::flag},
      {.name = "convertLegacyIndexes",
       .help = "make indexes valid whose keys newer servers refuse",
       .group = details,
       .arity = Arity::flag},
      {.name = "fixDottedHashIndex",
       .help = "make hashed indexes on dotted fields ordinary ones",
       .group = details,
       .arity = Arity::flag},
      {.name = "preserveUUID",
       .help = "give the collections the UUIDs of the dump; needs --drop. Two restores of one dump cannot tell their "
               "collections apart then: run one at a time",
       .group = details,
       .arity = Arity::flag},
  };
}

std::vector<Setting> replaying() {
  return {
      {.name = "oplogReplay",
       .help = "apply the operations that were recorded during the dump",
       .group = oplog,
       .arity = Arity::flag},
      {.name = "oplogLimit",
       .value_name = "SECONDS[:ORDINAL]",
       .help = "apply only the operations before that timestamp",
       .group = oplog},
      {.name = "oplogFile", .value_name = "FILE", .help = "take the operations from that file", .group = oplog},
      {.name = "restoreDbUsersAndRoles",
       .help = "restore the users and roles of --db",
       .group = oplog,
       .arity = Arity::flag},
      {.name = "tempUsersColl",
       .value_name = "NAME",
       .help = "collection of admin that users pass through",
       .group = oplog,
       .fallback = "tempusers"},
      {.name = "tempRolesColl",
       .value_name = "NAME",
       .help = "collection of admin that roles pass through",
       .group = oplog,
       .fallback = "temproles"},
  };
}

}  // namespace

config::Schema restore_schema() {
  config::Schema schema{
      .command = "restore",
      .summary = "Puts a dump made by mongodump into a MongoDB.",
      .arguments = "[FOLDER | FILE.bson | mongodb://...]",
      .description =
          "Reads an archive, a dump folder, a single .bson file or a stored backup and stores what is in it: "
          "collections with their "
          "options, indexes, views, users and roles, the oplog. It waits for the server by itself, proves the input "
          "while it reads it, and ends with 0 only when every document is stored and acknowledged. It can be killed at "
          "any moment and run again. The flags are mongorestore's, and ours beside them.\n\n"
          "What lies in a dump and is not restored is named in the log: files of other programs, and collections that "
          "belong to the server (local, config, system.*). Where it is data, that is an error before anything is "
          "dropped: documents that are packed in another way (x.bson.bz2), two files for one collection, a name that "
          "no "
          "server takes, buckets without the metadata of their time series. --nsExclude leaves such a collection "
          "out.\n\n"
          "With access control, "
          "MongoDB's role restore is enough. Its user may not read, so documents that are there already are then not "
          "compared; readWrite on the database does that too. More is needed for an oplog and for --preserveUUID (any "
          "action on any resource), for --on-duplicate=replace, and for documents with an empty timestamp on servers "
          "that replace it (readWrite).",
      .settings = reading(),
      .file_keys = {"password", "uri", "sslPEMKeyPassword"},
      .first = {"archive", "from", "nsInclude", "nsFrom", "nsTo", "uri", "drop", "on-duplicate", "park", "settle"}};
  for (auto part : {selecting(), mongo_connection_settings(), storing(), detailing(), replaying(), storage_settings(),
                    common_settings()})
    schema.settings.insert(schema.settings.end(), part.begin(), part.end());
  schema.settings.push_back(http_setting("HTTP"));
  return schema;
}

}  // namespace sidekick::cli
