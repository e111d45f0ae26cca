/// The settings of `restore`: values only, already parsed and checked one by one.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "filters/age.hpp"
#include "filters/source.hpp"
#include "mongo/connection.hpp"
#include "mongo/namespace.hpp"
#include "sidekick/cancel.hpp"

namespace sidekick::restore {

/// What to do with a document whose _id (or other unique key) already exists in the target.
enum class OnDuplicate {
  same,     ///< the same bytes count as stored, others are an error
  error,    ///< always an error
  keep,     ///< the existing one stays
  replace,  ///< the one of the dump replaces it
};

enum class Input { archive_file, standard_input, folder, opened };

/// Opens an archive that is not a local file, at its beginning each time: plain or compressed bytes.
using OpenArchive = std::function<std::unique_ptr<filters::Source>(const CancelToken&)>;

struct Settings {
  mongo::Connection connection;

  /// From --archive=FILE, --archive, --dir or the positional. Empty path: the folder `dump`, as in the peer. `folder`
  /// also means one .bson file.
  Input input = Input::folder;
  std::string path = "dump";  ///< of what is `opened`: its name for messages
  OpenArchive open;           ///< of what is `opened`
  bool gzip = false;          ///< of two files for one collection in a folder, use the one that ends in .gz
  std::vector<filters::AgeIdentity> identities;  ///< for an encrypted archive

  std::string db;
  bool db_of_uri = false;  ///< the connection string names `db`, not --db
  std::string collection;
  std::vector<std::string> ns_include;
  std::vector<std::string> ns_exclude;
  std::vector<std::string> ns_from;
  std::vector<std::string> ns_to;
  std::vector<std::string> exclude_collections;
  std::vector<std::string> exclude_collection_prefixes;
  bool allow_empty = false;
  /// Not empty: exactly these collections of the dump are restored, each under the name on the right, and neither users
  /// nor an oplog. Selection and renaming do not apply.
  std::map<mongo::Namespace, mongo::Namespace> placed;

  /// Whether some collections of a database may be skipped.
  bool selects_some() const {
    return !collection.empty() || !ns_include.empty() || !ns_exclude.empty() || !exclude_collections.empty() ||
           !exclude_collection_prefixes.empty();
  }

  bool drop = false;
  bool if_empty = false;  ///< skip databases that hold documents
  bool dry_run = false;
  bool prove_first = true;
  OnDuplicate on_duplicate = OnDuplicate::same;
  bool stop_on_error = false;
  bool bypass_document_validation = false;
  bool maintain_insertion_order = false;
  bool preserve_uuid = false;

  bool restore_indexes = true;
  bool restore_options = true;
  bool keep_index_version = false;
  bool convert_legacy_indexes = false;
  bool fix_dotted_hash_indexes = false;

  bool oplog_replay = false;
  std::string oplog_limit;  ///< "<seconds>[:ordinal]"; entries at or after it are not applied
  std::string oplog_file;
  bool restore_db_users_and_roles = false;
  std::string temp_users_collection = "tempusers";
  std::string temp_roles_collection = "temproles";

  /// 1 to 64. -j and --numInsertionWorkersPerCollection are multiplied into this by the caller.
  int workers = 2;
  /// Maximum number of documents in a batch, 1 to 100000; bytes are limited as well.
  int batch_documents = 100'000;
};

}  // namespace sidekick::restore
