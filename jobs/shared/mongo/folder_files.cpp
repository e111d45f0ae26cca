#include "mongo/folder_files.hpp"

#include <algorithm>
#include <cerrno>

#include "mongo/namespace.hpp"

namespace sidekick::mongo {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view bson = ".bson";
constexpr std::string_view bin = ".bin";
constexpr std::string_view json = ".metadata.json";

std::string_view without_compression(std::string_view name) {
  for (const std::string_view suffix : {".gz", ".zst"})
    if (name.ends_with(suffix)) return name.substr(0, name.size() - suffix.size());
  return name;
}

/// The name before `suffix` and one more extension: "x" of "x.bson.bz2" and of "x.bson~".
std::optional<std::string> stem_before(std::string_view file, std::string_view suffix) {
  const auto at = file.rfind(suffix);
  if (at == std::string_view::npos || at == 0) return std::nullopt;
  const auto rest = file.substr(at + suffix.size());
  if (!rest.starts_with('.') && !rest.starts_with('~')) return std::nullopt;
  return std::string(file.substr(0, at));
}

void add(CollectionFiles& files, FileName::Kind kind, const fs::path& path) {
  if (kind == FileName::Kind::other_documents) return files.other_documents.push_back(path);
  if (kind == FileName::Kind::other_metadata) return files.other_metadata.push_back(path);
  try {
    if (type_of(path) != EntryType::file) {
      files.flaw.emplace(ErrorKind::data, "'" + path.string() + "' is not a file, but has the name of a file of a dump",
                         "a container engine creates a folder where the file to mount is missing");
      return;
    }
  } catch (const Error& error) {
    files.flaw.emplace(error);
    return;
  }
  (kind == FileName::Kind::documents ? files.documents : files.metadata).push_back(path);
}

}  // namespace

FileName parse_file_name(std::string_view file) {
  using Kind = FileName::Kind;
  // No collection has such a name. macOS writes "._x.bson" beside "x.bson".
  if (file.starts_with('.')) return {};
  const auto plain = without_compression(file);
  const auto ends = [&](std::string_view suffix) { return plain.ends_with(suffix) && plain.size() > suffix.size(); };
  const auto stem = [&](std::string_view suffix) { return std::string(plain.substr(0, plain.size() - suffix.size())); };
  if (ends(json)) return {Kind::metadata, stem(json)};
  if (ends(bson)) return {Kind::documents, stem(bson)};
  if (ends(bin)) return {Kind::documents, stem(bin)};
  if (auto name = stem_before(file, json)) return {Kind::other_metadata, std::move(*name)};
  if (auto name = stem_before(file, bson)) return {Kind::other_documents, std::move(*name)};
  return {};
}

DatabaseFiles list_database_files(const fs::path& folder) {
  DatabaseFiles out;
  for (const auto& path : sorted_entries(folder)) {
    auto [kind, name] = parse_file_name(path.filename().native());
    const bool is_prelude = path.filename() == "prelude.json" || path.filename() == "prelude.json.gz";
    if (kind == FileName::Kind::foreign) {
      if (!is_prelude) out.foreign.push_back(path);
      continue;
    }
    const bool buckets = kind != FileName::Kind::metadata && name.starts_with(buckets_prefix);
    if (buckets) name.erase(0, buckets_prefix.size());
    auto& files = out.collections[name];
    files.buckets = files.buckets || buckets;
    add(files, kind, path);
  }
  return out;
}

std::vector<fs::path> sorted_entries(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> out;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    out.push_back(it->path());
  if (error) throw error_from_errno("cannot read folder '" + folder.string() + "'", error.value());
  std::ranges::sort(out, {}, [](const fs::path& path) { return path.native(); });
  return out;
}

EntryType type_of(const fs::path& entry) {
  std::error_code error;
  const auto status = fs::status(entry, error);
  if (status.type() == fs::file_type::not_found)
    throw Error(ErrorKind::data, "'" + entry.string() + "' is a dangling link",
                "copy the dump with the files that its links lead to, or remove the link");
  if (error.value() == ELOOP)
    throw Error(ErrorKind::data, "'" + entry.string() + "' is a link that leads back to itself", "remove the link");
  if (error) throw error_from_errno("cannot look at '" + entry.string() + "'", error.value());
  if (fs::is_directory(status)) return EntryType::folder;
  return fs::is_regular_file(status) ? EntryType::file : EntryType::other;
}

fs::path choose(const std::vector<fs::path>& files, Gzip gzip, std::vector<fs::path>& left) {
  if (files.size() == 1) return files.front();
  const auto is_gzip = [](const fs::path& path) { return path.extension() == ".gz"; };
  if (gzip == Gzip::preferred && std::ranges::count_if(files, is_gzip) == 1) {
    const auto chosen = std::ranges::find_if(files, is_gzip);
    std::ranges::copy_if(files, std::back_inserter(left), [&](const fs::path& path) { return path != *chosen; });
    return *chosen;
  }
  throw Error(ErrorKind::data,
              "'" + files[0].string() + "' and '" + files[1].filename().string() + "' belong to the same collection",
              "the folder holds two dumps: remove the files of one; --gzip restores those that end in .gz");
}

}  // namespace sidekick::mongo
