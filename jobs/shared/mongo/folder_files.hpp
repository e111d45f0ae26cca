/// Which files of a dump folder belong to which collection, by name only.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sidekick/error.hpp"

namespace sidekick::mongo {

/// The role of a file in a dump, by its name.
struct FileName {
  enum class Kind {
    documents,        ///< .bson, or .bin of very old dumps
    metadata,         ///< .metadata.json
    other_documents,  ///< documents in an unsupported form: .bson.bz2
    other_metadata,
    foreign,  ///< not part of a dump
  };
  Kind kind = Kind::foreign;
  std::string stem;  ///< the collection's name, still escaped
};

/// Classifies the name of a file, with or without .gz or .zst.
FileName parse_file_name(std::string_view file);

/// The files of one collection.
struct CollectionFiles {
  std::vector<std::filesystem::path> documents;
  std::vector<std::filesystem::path> metadata;
  std::vector<std::filesystem::path> other_documents;
  std::vector<std::filesystem::path> other_metadata;
  bool buckets = false;       ///< the documents are the buckets of a time series
  std::optional<Error> flaw;  ///< a file that cannot be opened

  bool empty() const noexcept {
    return documents.empty() && metadata.empty() && other_documents.empty() && other_metadata.empty() && !flaw;
  }
};

/// The content of the folder of one database.
struct DatabaseFiles {
  std::map<std::string, CollectionFiles> collections;  ///< by the escaped name; for buckets, by that of the time series
  std::vector<std::filesystem::path> foreign;

  bool holds_collections() const noexcept { return !collections.empty(); }
};

/// Lists a folder of one database. Throws Error: denied and io for a folder that cannot be read.
DatabaseFiles list_database_files(const std::filesystem::path& folder);

/// The entries of a folder in the order of their names. Throws Error: denied, io.
std::vector<std::filesystem::path> sorted_entries(const std::filesystem::path& folder);

enum class EntryType { file, folder, other };

/// The type of the entry, following links. Throws Error that names it: data for a dangling or circular link, denied,
/// io.
EntryType type_of(const std::filesystem::path& entry);

/// Selects one of several files with the same content: with `Gzip::preferred` the one that ends in .gz; the others go
/// to `left`. Throws Error of kind data where the choice is ambiguous.
enum class Gzip { not_asked, preferred };
std::filesystem::path choose(const std::vector<std::filesystem::path>& files, Gzip gzip,
                             std::vector<std::filesystem::path>& left);

}  // namespace sidekick::mongo
