/// One collection of a dump folder, assembled from its files.
#pragma once

#include "mongo/folder_reader.hpp"

namespace sidekick::mongo {

/// Makes the entry of the collection of `db` whose escaped name is `escaped`: reads its metadata and selects among its
/// files; the other files go to `passed_over`. Defects become its flaw, as the collection may be excluded. Throws
/// Error: data where its name cannot be determined, denied, io.
FolderEntry make_entry(const FolderQuery& query, const std::string& db, const std::string& escaped,
                       const CollectionFiles& files, std::vector<std::string>& passed_over, const CancelToken& cancel);

/// Makes `path` the documents of `entry`. Throws Error: no_input, denied, io.
void set_documents(FolderEntry& entry, const std::filesystem::path& path);

/// The plain bytes of a file. Throws Error: no_input, denied, io; reading them also data.
std::unique_ptr<filters::Source> open_plain(const std::filesystem::path& path, const CancelToken& cancel);

/// The whole text of a metadata file. Throws Error as open_plain(), and of kind data where it is too large.
std::string read_metadata_file(const std::filesystem::path& path, const CancelToken& cancel);

}  // namespace sidekick::mongo
