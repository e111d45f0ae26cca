#include <algorithm>
#include <filesystem>
#include <map>

#include "filters/decompress.hpp"
#include "mongo/bson.hpp"
#include "mongo/folder_reader.hpp"
#include "sidekick/error.hpp"

namespace sidekick::mongo {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t max_metadata_bytes = std::size_t{16} << 20;

std::string_view without_compression(std::string_view name) {
  for (const std::string_view suffix : {".gz", ".zst"})
    if (name.ends_with(suffix)) return name.substr(0, name.size() - suffix.size());
  return name;
}

/// The name before `suffix`, or nothing where the file is of another kind.
std::optional<std::string> stem(std::string_view file, std::string_view suffix) {
  const auto plain = without_compression(file);
  if (!plain.ends_with(suffix)) return std::nullopt;
  return std::string(plain.substr(0, plain.size() - suffix.size()));
}

std::string read_whole(const fs::path& path, const CancelToken& cancel) {
  auto source = filters::decompressed(
      std::make_unique<filters::FdSource>(filters::open_for_reading(path.string()), path.string(), cancel),
      path.string());
  std::string text;
  std::vector<std::uint8_t> chunk(std::size_t{64} << 10);
  while (const auto n = source->read(chunk)) {
    text.append(chunk.begin(), chunk.begin() + static_cast<std::ptrdiff_t>(n));
    if (text.size() > max_metadata_bytes)
      throw Error(ErrorKind::data, "'" + path.string() + "' is larger than any metadata can be");
  }
  return text;
}

std::vector<fs::directory_entry> sorted_entries(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::directory_entry> out;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) out.push_back(*it);
  if (error) throw error_from_errno("cannot read folder '" + folder.string() + "'", error.value());
  std::ranges::sort(out, {}, [](const fs::directory_entry& entry) { return entry.path().native(); });
  return out;
}

std::string server_version_in(const fs::path& folder, const CancelToken& cancel) {
  for (const char* name : {"prelude.json", "prelude.json.gz"}) {
    const auto path = folder / name;
    if (!fs::is_regular_file(path)) continue;
    return text_of(Bson::from_json(read_whole(path, cancel), "'" + path.string() + "'").get(), "ServerVersion");
  }
  return {};
}

// A name that was cut inside an escape cannot be read back, but then the metadata knows the whole of it.
std::string collection_name(const std::string& escaped, const std::string& metadata, const fs::path& path) {
  if (!metadata.empty()) {
    auto name = text_of(Bson::from_json(metadata, "'" + path.string() + "'").get(), "collectionName");
    if (!name.empty()) return name;
  }
  if (auto name = unescape_name(escaped)) return *name;
  throw Error(ErrorKind::data, "cannot tell the collection's name from '" + path.string() + "': its escapes are cut",
              "restore it alone with --db and --collection");
}

FolderEntry documents_entry(const fs::path& path, const std::string& db, std::string collection) {
  return {{{db, std::move(collection)}, {}, {}}, path.string(), fs::file_size(path)};
}

struct Pair {
  fs::path documents;
  fs::path metadata;
};

void list_database(const fs::path& folder, const std::string& db, const CancelToken& cancel, FolderDump& dump) {
  std::map<std::string, Pair> pairs;
  for (const auto& entry : sorted_entries(folder)) {
    const auto file = entry.path().filename().string();
    if (!entry.is_regular_file()) continue;
    if (const auto name = stem(file, ".metadata.json")) pairs[*name].metadata = entry.path();
    if (const auto name = stem(file, ".bson")) pairs[*name].documents = entry.path();
  }
  for (const auto& [escaped, pair] : pairs) {
    const auto metadata = pair.metadata.empty() ? std::string() : read_whole(pair.metadata, cancel);
    auto name = collection_name(escaped, metadata, pair.metadata.empty() ? pair.documents : pair.metadata);
    FolderEntry entry;
    if (!pair.documents.empty()) entry = documents_entry(pair.documents, db, {});
    if (name.starts_with(buckets_prefix)) name.erase(0, buckets_prefix.size());
    entry.collection.ns = {db, name};
    entry.collection.metadata = metadata;
    if (!metadata.empty()) entry.collection.type = text_of(Bson::from_json(metadata, escaped).get(), "type");
    // The measurements of a time series lie beside its metadata under another name: one collection all the same.
    const auto same = std::ranges::find_if(
        dump.entries, [&](const FolderEntry& other) { return other.collection.ns == entry.collection.ns; });
    if (same == dump.entries.end()) {
      dump.entries.push_back(std::move(entry));
    } else if (same->path.empty()) {
      same->path = entry.path;
      same->bytes = entry.bytes;
    } else {
      same->collection.metadata = entry.collection.metadata;
      same->collection.type = entry.collection.type;
    }
  }
}

FolderDump list_file(const FolderQuery& query, const CancelToken& cancel) {
  const fs::path path(query.path);
  const auto escaped = stem(path.filename().string(), ".bson").value_or(path.filename().string());
  std::string metadata;
  for (const char* suffix : {".metadata.json", ".metadata.json.gz", ".metadata.json.zst"})
    if (const auto beside = path.parent_path() / (escaped + suffix); metadata.empty() && fs::is_regular_file(beside))
      metadata = read_whole(beside, cancel);
  const auto db = query.db.empty() ? fs::absolute(path).parent_path().filename().string() : query.db;
  auto name = query.collection.empty() ? collection_name(escaped, metadata, path) : query.collection;
  FolderDump dump;
  dump.entries.push_back(documents_entry(path, db, std::move(name)));
  dump.entries.back().collection.metadata = metadata;
  if (!metadata.empty())
    dump.entries.back().collection.type = text_of(Bson::from_json(metadata, path.string()).get(), "type");
  return dump;
}

void add_oplog(const fs::path& path, FolderDump& dump) {
  dump.entries.push_back(documents_entry(path, "", "oplog"));
}

FolderDump list_root(const FolderQuery& query, const CancelToken& cancel) {
  const fs::path root(query.path);
  FolderDump dump;
  fs::path oplog;
  for (const auto& entry : sorted_entries(root)) {
    const auto file = entry.path().filename().string();
    // No database is called so: a dump that was killed left it.
    if (file.starts_with('.')) continue;
    if (entry.is_directory())
      list_database(entry.path(), file, cancel, dump);
    else if (const auto name = stem(file, ".bson"); name && *name == "oplog")
      oplog = entry.path();
    else if (name)
      throw Error(ErrorKind::usage, "'" + query.path + "' holds collections directly, so their database is not known",
                  "name it with --db");
  }
  if (!query.oplog_file.empty()) oplog = query.oplog_file;
  if (!oplog.empty()) add_oplog(oplog, dump);
  return dump;
}

}  // namespace

bool is_bson_file(std::string_view path) {
  return without_compression(path).ends_with(".bson");
}

std::optional<std::string> unescape_name(std::string_view name) {
  const auto hex = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  std::string out;
  for (std::size_t i = 0; i < name.size(); i++) {
    if (name[i] == '+') {
      out += ' ';
    } else if (name[i] != '%') {
      out += name[i];
    } else {
      if (name.size() - i < 3 || hex(name[i + 1]) < 0 || hex(name[i + 2]) < 0) return std::nullopt;
      out += static_cast<char>(hex(name[i + 1]) * 16 + hex(name[i + 2]));
      i += 2;
    }
  }
  return out;
}

FolderDump list_folder(const FolderQuery& query, const CancelToken& cancel) {
  std::error_code error;
  const auto status = fs::status(query.path, error);
  if (!fs::exists(status)) {
    const auto number = error ? error.value() : ENOENT;
    throw error_from_errno("cannot open dump '" + query.path + "'", number,
                           number == ENOENT ? "an archive is named by --archive=FILE" : "");
  }
  if (!fs::is_directory(status)) {
    if (!is_bson_file(query.path))
      throw Error(ErrorKind::no_input, "'" + query.path + "' is neither a dump folder nor a .bson file",
                  "an archive is named by --archive=FILE");
    return list_file(query, cancel);
  }
  FolderDump dump;
  if (query.db.empty()) {
    dump = list_root(query, cancel);
  } else {
    // The whole dump was given together with --db: its folder of that name is meant.
    const auto inner = fs::path(query.path) / query.db;
    list_database(fs::is_directory(inner) ? inner : fs::path(query.path), query.db, cancel, dump);
    if (!query.oplog_file.empty()) add_oplog(query.oplog_file, dump);
  }
  if (dump.entries.empty())
    throw Error(ErrorKind::no_input, "'" + query.path + "' holds no dump: no .bson and no .metadata.json file in it");
  dump.server_version = server_version_in(query.path, cancel);
  return dump;
}

}  // namespace sidekick::mongo
