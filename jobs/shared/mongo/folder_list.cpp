#include <algorithm>
#include <filesystem>

#include "filters/peek.hpp"
#include "mongo/bson.hpp"
#include "mongo/folder_entry.hpp"
#include "mongo/folder_files.hpp"
#include "mongo/folder_hints.hpp"
#include "mongo/folder_reader.hpp"
#include "mongo/input_kind.hpp"
#include "mongo/legacy_indexes.hpp"
#include "mongo/metadata.hpp"
#include "sidekick/secret.hpp"

namespace sidekick::mongo {

namespace fs = std::filesystem;

namespace {

std::string server_version_in(const fs::path& folder, const CancelToken& cancel) {
  std::error_code ignored;
  for (const char* name : {"prelude.json", "prelude.json.gz", "prelude.json.zst"}) {
    const auto path = folder / name;
    if (!fs::is_regular_file(path, ignored)) continue;
    return text_of(parse_json_object(read_metadata_file(path, cancel), "'" + path.string() + "'").get(),
                   "ServerVersion");
  }
  return {};
}

void add_database(const DatabaseFiles& files, const std::string& db, const FolderQuery& query,
                  const CancelToken& cancel, FolderDump& dump) {
  for (const auto& [escaped, of_one] : files.collections) {
    auto entry = make_entry(query, db, escaped, of_one, dump.passed_over, cancel);
    // Two escapes can decode to the same name.
    const auto same = std::ranges::find_if(
        dump.entries, [&](const FolderEntry& other) { return other.collection.ns == entry.collection.ns; });
    if (same == dump.entries.end()) {
      dump.entries.push_back(std::move(entry));
    } else if (!same->collection.flaw) {
      same->collection.flaw.emplace(ErrorKind::data,
                                    "there are several files for '" + entry.collection.ns.text() + "' in '" +
                                        query.path + "', one of them called '" + escaped + "'",
                                    "remove those that do not belong to this dump");
    }
  }
  for (const auto& path : files.foreign) dump.passed_over.push_back(path.string());
}

/// Reports what the file is if it cannot hold documents; returns otherwise.
void refuse_other_kinds(const fs::path& path, const CancelToken& cancel) {
  filters::PeekSource source(open_plain(path, cancel));
  const auto first = source.peek(input_kind_bytes);
  if (const auto error = not_bson(path.string(), first)) throw *error;
}

FolderDump list_file(const FolderQuery& query, const CancelToken& cancel) {
  const fs::path path(query.path);
  const auto [kind, stem] = parse_file_name(path.filename().native());
  if (type_of(path) == EntryType::file) refuse_other_kinds(path, cancel);
  if (kind != FileName::Kind::documents)
    throw Error(ErrorKind::no_input, "'" + query.path + "' is neither a dump folder nor a .bson file",
                "name an archive with --archive=FILE");
  CollectionFiles files;
  files.documents.push_back(path);
  auto escaped = stem;
  files.buckets = escaped.starts_with(buckets_prefix);
  if (files.buckets) escaped.erase(0, buckets_prefix.size());
  std::error_code ignored;
  for (const char* suffix : {".metadata.json", ".metadata.json.gz", ".metadata.json.zst"})
    if (auto beside = path.parent_path() / (escaped + suffix); fs::is_regular_file(beside, ignored))
      files.metadata.push_back(std::move(beside));
  FolderDump dump;
  const auto db =
      query.db.empty() ? fs::weakly_canonical(fs::absolute(path)).parent_path().filename().string() : query.db;
  auto entry = make_entry(query, db, escaped, files, dump.passed_over, cancel);
  if (entry.collection.metadata.empty())
    entry.collection.metadata = legacy_metadata(path.parent_path(), entry.collection.ns.collection, cancel);
  if (!query.collection.empty()) entry.collection.ns.collection = query.collection;
  dump.entries.push_back(std::move(entry));
  return dump;
}

void add_oplog(const fs::path& path, FolderDump& dump) {
  FolderEntry entry;
  entry.collection.ns = {"", "oplog"};
  set_documents(entry, path);
  dump.entries.push_back(std::move(entry));
}

void add_root_file(const fs::path& path, std::vector<fs::path>& oplogs, std::vector<fs::path>& loose,
                   FolderDump& dump) {
  const auto [kind, stem] = parse_file_name(path.filename().native());
  const bool is_prelude = path.filename().native().starts_with("prelude.json");
  if (kind == FileName::Kind::documents && stem == "oplog")
    oplogs.push_back(path);
  else if (kind != FileName::Kind::foreign)
    loose.push_back(path);
  else if (!is_prelude)
    dump.passed_over.push_back(path.string());
}

FolderDump list_root(const FolderQuery& query, const CancelToken& cancel) {
  FolderDump dump;
  std::vector<fs::path> oplogs;
  std::vector<fs::path> loose;
  for (const auto& path : sorted_entries(query.path)) {
    const auto name = path.filename().string();
    // No database has such a name: a killed dump left it.
    if (name.starts_with('.')) {
      dump.passed_over.push_back(path.string());
      continue;
    }
    if (type_of(path) != EntryType::folder) {
      add_root_file(path, oplogs, loose, dump);
      continue;
    }
    const auto files = list_database_files(path);
    if (files.holds_collections())
      add_database(files, name, query, cancel, dump);
    else
      dump.passed_over.push_back(path.string());
  }
  if (dump.entries.empty() && !loose.empty()) {
    const auto here = fs::weakly_canonical(fs::absolute(query.path));
    throw Error(ErrorKind::usage, "'" + query.path + "' holds collections directly, so their database is not known",
                "name it with --db=" + here.filename().string() + ", or give the folder above");
  }
  for (const auto& path : loose) dump.passed_over.push_back(path.string());
  if (!query.oplog_file.empty())
    add_oplog(query.oplog_file, dump);
  else if (!oplogs.empty())
    add_oplog(choose(oplogs, query.gzip, loose), dump);
  return dump;
}

FolderDump list_one_database(const FolderQuery& query, const CancelToken& cancel) {
  // The whole dump was given together with --db: use its folder of that name.
  std::error_code ignored;
  const auto inner = fs::path(query.path) / query.db;
  FolderDump dump;
  add_database(list_database_files(fs::is_directory(inner, ignored) ? inner : fs::path(query.path)), query.db, query,
               cancel, dump);
  if (!query.oplog_file.empty()) add_oplog(query.oplog_file, dump);
  return dump;
}

}  // namespace

bool is_bson_file(std::string_view path) {
  return parse_file_name(fs::path(path).filename().native()).kind == FileName::Kind::documents;
}

FolderDump list_folder(const FolderQuery& query, const CancelToken& cancel) {
  std::error_code error;
  const auto status = fs::status(query.path, error);
  if (!fs::exists(status)) {
    const auto number = error ? error.value() : ENOENT;
    throw error_from_errno("cannot open dump '" + redact_url(query.path) + "'", number,
                           number == ENOENT ? "name an archive with --archive=FILE" : "");
  }
  if (!fs::is_directory(status)) return list_file(query, cancel);
  auto dump = query.db.empty() ? list_root(query, cancel) : list_one_database(query, cancel);
  if (dump.entries.empty())
    throw Error(ErrorKind::no_input, "'" + query.path + "' holds no dump: it has no .bson and no .metadata.json file",
                where_instead(query.path));
  dump.server_version = server_version_in(query.path, cancel);
  // With one dumped database, it is in the folder of that.
  if (const auto& file = dump.entries.front().path; dump.server_version.empty() && !file.empty())
    dump.server_version = server_version_in(fs::path(file).parent_path(), cancel);
  return dump;
}

}  // namespace sidekick::mongo
