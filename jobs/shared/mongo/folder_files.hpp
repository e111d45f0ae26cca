/// Which files of a dump folder belong to which collection, by their names alone.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sidekick/error.hpp"

namespace sidekick::mongo {

/// What a file of a dump is by its name.
struct FileName {
  enum class Kind {
    documents,        ///< .bson, or .bin of very old dumps
    metadata,         ///< .metadata.json
    other_documents,  ///< documents in a form that is not read: .bson.bz2
    other_metadata,
    foreign,  ///< no part of a dump
  };
  Kind kind = Kind::foreign;
  std::string stem;  ///< the collection's name, still escaped
};

/// Recognizes the name of a file, with .gz or .zst or without.
FileName parse_file_name(std::string_view file);

/// The files of one collection.
struct CollectionFiles {
  std::vector<std::filesystem::path> documents;
  std::vector<std::filesystem::path> metadata;
  std::vector<std::filesystem::path> other_documents;
  std::vector<std::filesystem::path> other_metadata;
  bool buckets = false;       ///< the documents are the buckets of a time series
  std::optional<Error> flaw;  ///< a file that cannot be opened as one

  bool empty() const noexcept {
    return documents.empty() && metadata.empty() && other_documents.empty() && other_metadata.empty() && !flaw;
  }
};

/// What the folder of one database holds.
struct DatabaseFiles {
  std::map<std::string, CollectionFiles> collections;  ///< by the escaped name, that of a time series for its buckets
  std::vector<std::filesystem::path> foreign;

  bool holds_collections() const noexcept { return !collections.empty(); }
};

/// Lists a folder of one database. Throws Error: denied and io for a folder that cannot be read.
DatabaseFiles list_database_files(const std::filesystem::path& folder);

/// The entries of a folder in the order of their names. Throws Error: denied, io.
std::vector<std::filesystem::path> sorted_entries(const std::filesystem::path& folder);

enum class EntryType { file, folder, other };

/// What the entry is, links followed. Throws Error that names it: data for a link to nothing or in a circle, denied,
/// io.
EntryType type_of(const std::filesystem::path& entry);

/// Chooses one of several files that hold the same: with `Gzip::preferred` the one that ends in .gz, and the others go
/// to `left`. Throws Error of kind data where nothing decides.
enum class Gzip { not_asked, preferred };
std::filesystem::path choose(const std::vector<std::filesystem::path>& files, Gzip gzip,
                             std::vector<std::filesystem::path>& left);

}  // namespace sidekick::mongo
