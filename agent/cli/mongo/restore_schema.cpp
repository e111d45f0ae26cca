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
       .help = "restore the archive FILE; alone, or with '-', from standard input",
       .group = input,
       .implied = "-",
       .arity = Arity::optional_value},
      {.name = "dir",
       .value_name = "FOLDER",
       .help = "restore a dump folder or one .bson file, the same as an argument without a flag; 'dump' if nothing is "
               "given",
       .remark = "'-' is refused, as standard input can only be an archive",
       .group = input},
      {.name = "from",
       .value_name = "STORAGE/NAME",
       .help = "restore a backup from its storage: s3://bucket/prefix/NAME, dir:/folder/NAME, "
               "sftp://user@host/path/NAME; NAME may be latest. Its oplog, if any, is replayed",
       .group = input,
       .secrecy = config::Secrecy::url},
      {.name = "job",
       .value_name = "NAME",
       .help = "the job whose latest backup --from means, where the storage holds several jobs",
       .group = input},
      {.name = "identity-file",
       .value_name = "FILE",
       .help = "private keys of age, for an encrypted backup or --archive",
       .group = input,
       .arity = Arity::repeated},
      {.name = "gzip",
       .help = "the input is compressed",
       .remark = "not needed, as gzip and zstd are recognised by their first bytes; where a folder holds both c.bson "
                 "and c.bson.gz, this selects the second",
       .group = input,
       .arity = Arity::flag},
      {.name = "objcheck",
       .help = "validate every document",
       .remark = "not needed, as the frame of every document is always checked",
       .group = input,
       .arity = Arity::flag},
      {.name = "no-verify-first",
       .alias = "no-prove-first",
       .help = "with --drop, do not read the whole input once before dropping a collection that holds documents",
       .group = input,
       .arity = Arity::flag},
  };
}

std::vector<Setting> selecting() {
  return {
      {.name = "nsInclude",
       .value_name = "PATTERN",
       .help = "restore only the matching namespaces; * matches anything; a pattern without a match is exit code 66",
       .group = selection,
       .arity = Arity::repeated},
      {.name = "nsExclude",
       .value_name = "PATTERN",
       .help = "skip the matching namespaces",
       .group = selection,
       .arity = Arity::repeated},
      {.name = "nsFrom",
       .value_name = "PATTERN",
       .help = "rename the matching namespaces by the --nsTo in the same position: --nsFrom='shop.*' --nsTo='test.*'; "
               "a pattern without a match is exit code 66",
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
       .help = "skip the collections of this name",
       .group = selection,
       .arity = Arity::repeated},
      {.name = "excludeCollectionsWithPrefix",
       .value_name = "PREFIX",
       .help = "skip the collections whose names start with this",
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
       .remark = "only after the server was reached and the input verified, and only what was there at the start: "
                 "where another process replaces a collection meanwhile, the restore ends with 75",
       .group = writing,
       .arity = Arity::flag},
      {.name = "if-empty",
       .help = "do nothing and exit with 0 where a target database holds a document; a killed run with this flag is "
               "completed by the next one",
       .group = writing,
       .arity = Arity::flag},
      {.name = "on-duplicate",
       .value_name = "same|error|keep|replace",
       .help = "what to do with a document whose _id exists already. same: equal bytes count as stored, others are an "
               "error; error: always an error; keep: keep the existing one; replace: replace it",
       .group = writing,
       .fallback = "same"},
      {.name = "writeConcern",
       .value_name = "CONCERN",
       .help = "write concern of a batch: majority, a number, or {w: 3, j: true, wtimeout: 500}; majority on a replica "
               "set unless given",
       .group = writing,
       .form = config::Form::lines},
      {.name = "workers",
       .value_name = "N",
       .help = "connections that write in parallel, 1 to 64",
       .group = writing,
       .fallback = "2"},
      {.name = "numParallelCollections",
       .short_name = 'j',
       .value_name = "N",
       .help = "collections in parallel",
       .remark =
           "multiplied by --numInsertionWorkersPerCollection it is --workers (2 to 64), shared by all collections",
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
       .help = "maximum number of documents in a batch, 1 to 100000; its bytes are limited as well",
       .group = writing,
       .fallback = "100000"},
      {.name = "maintainInsertionOrder",
       .help = "insert in the order of the dump, and stop at the first document that is not stored",
       .group = writing,
       .arity = Arity::flag},
      {.name = "stopOnError",
       .help = "stop at the first document that is not stored",
       .remark = "without it all others are stored, and the exit code is still 65",
       .group = writing,
       .arity = Arity::flag},
      {.name = "bypassDocumentValidation",
       .help = "store documents that the validator of a collection rejects",
       .group = writing,
       .arity = Arity::flag},
  };
}

std::vector<Setting> detailing() {
  return {
      {.name = "noIndexRestore", .help = "create no indexes", .group = details, .arity = Arity::flag},
      {.name = "noOptionsRestore",
       .help = "create collections without options",
       .group = details,
       .arity = Arity::flag},
      {.name = "keepIndexVersion", .help = "keep the version of each index", .group = details, .arity = Arity::flag},
      {.name = "convertLegacyIndexes",
       .help = "make indexes valid whose keys newer servers reject",
       .group = details,
       .arity = Arity::flag},
      {.name = "fixDottedHashIndex",
       .help = "turn hashed indexes on dotted fields into ordinary ones",
       .group = details,
       .arity = Arity::flag},
      {.name = "preserveUUID",
       .help = "give the collections the UUIDs of the dump; needs --drop. Two restores of one dump then cannot tell "
               "their collections apart: run only one at a time",
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
       .help = "apply only the operations before this timestamp",
       .group = oplog},
      {.name = "oplogFile", .value_name = "FILE", .help = "read the operations from this file", .group = oplog},
      {.name = "restoreDbUsersAndRoles",
       .help = "restore the users and roles of --db",
       .group = oplog,
       .arity = Arity::flag},
      {.name = "tempUsersColl",
       .value_name = "NAME",
       .help = "collection of admin that holds the users until they are merged",
       .group = oplog,
       .fallback = "tempusers"},
      {.name = "tempRolesColl",
       .value_name = "NAME",
       .help = "collection of admin that holds the roles until they are merged",
       .group = oplog,
       .fallback = "temproles"},
  };
}

}  // namespace

config::Schema restore_schema() {
  config::Schema schema{
      .command = "restore",
      .summary = "Restores a dump made by mongodump into MongoDB.",
      .arguments = "[FOLDER | FILE.bson | mongodb://...]",
      .description =
          "Reads an archive, a dump folder, a single .bson file or a stored backup, and restores collections with "
          "their options, indexes, views, users and roles, and the oplog. It waits for the server, verifies the input "
          "while it reads it, and exits with 0 only when every document is stored and acknowledged. It can be killed "
          "at any moment and run again. It takes the flags of mongorestore, and its own.\n\nThe log names everything "
          "in a dump that is not restored: files of other programs, and collections that belong to the server (local, "
          "config, system.*). Data that cannot be restored is an error before anything is dropped: documents in "
          "another compression (x.bson.bz2), two files for one collection, a name that no server accepts, buckets "
          "without the metadata of their time series. --nsExclude skips such a collection.\n\nWith access control, the "
          "role restore of MongoDB is enough. It may not read, so existing documents are then not compared; the role "
          "readWrite on the database allows that. The oplog and --preserveUUID need any action on any resource. "
          "--on-duplicate=replace, and documents with an empty timestamp on servers that replace it, need readWrite.",
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
