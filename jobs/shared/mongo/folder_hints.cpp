#include "mongo/folder_hints.hpp"

#include "filters/peek.hpp"
#include "mongo/folder_entry.hpp"
#include "mongo/folder_files.hpp"
#include "mongo/input_kind.hpp"

namespace sidekick::mongo {

namespace fs = std::filesystem;

namespace {

/// The first subfolder that holds collections, as that of a database does.
std::optional<fs::path> database_below(const fs::path& folder, int depth) {
  for (const auto& path : sorted_entries(folder)) {
    if (path.filename().native().starts_with('.') || type_of(path) != EntryType::folder) continue;
    if (list_database_files(path).holds_collections()) return path;
    if (depth > 1)
      if (auto found = database_below(path, depth - 1)) return found;
  }
  return std::nullopt;
}

std::string dump_below(const fs::path& folder) try {
  constexpr int max_depth = 3;
  const auto found = database_below(folder, max_depth);
  if (!found) return {};
  // The folder itself was given, as that of one database.
  const bool is_directly_below = found->parent_path() == (folder / "").parent_path();
  return (is_directly_below ? *found : found->parent_path()).string();
} catch (const Error&) {
  return {};
}

}  // namespace

std::string where_instead(const std::string& folder) {
  if (const auto found = dump_below(folder); !found.empty())
    return "there is a dump in a subfolder: give '" + found + "'";
  const auto archive = archive_in(folder);
  return archive.empty() ? "" : "there is an archive in it: --archive=" + archive;
}

std::string archive_in(const std::string& folder) try {
  for (const auto& path : sorted_entries(folder)) {
    if (type_of(path) != EntryType::file) continue;
    filters::PeekSource source(open_plain(path, CancelToken()));
    if (is_archive(source.peek(input_kind_bytes))) return path.string();
  }
  return {};
} catch (const Error&) {
  return {};
}

}  // namespace sidekick::mongo
