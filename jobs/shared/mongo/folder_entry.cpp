#include "mongo/folder_entry.hpp"

#include "filters/decompress.hpp"
#include "mongo/bson.hpp"
#include "mongo/metadata.hpp"

namespace sidekick::mongo {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t max_metadata_bytes = std::size_t{16} << 20;

/// True where mongodump truncated the name and appended its hash.
bool is_cut(std::string_view escaped) {
  constexpr std::size_t shortest_cut = 237;
  constexpr std::size_t hash_bytes = 30;
  return escaped.size() >= shortest_cut && escaped.substr(escaped.size() - hash_bytes).starts_with("%24");
}

// A truncated name cannot be decoded, but the metadata has the whole name.
std::string collection_name(const std::string& escaped, const std::string& whole_name, const fs::path& path) {
  auto name = unescape_name(escaped);
  if (!whole_name.empty() && (!name || is_cut(escaped))) return whole_name;
  if (name) return *name;
  throw Error(ErrorKind::data,
              "cannot tell the collection's name from '" + path.string() + "': its escapes are truncated",
              "restore it alone with --db and --collection");
}

/// The hint for an unsupported form.
std::string way_out_of(const fs::path& path) {
  const auto ending = path.extension().string();
  for (const auto& [form, tool] : {std::pair{".bz2", "bunzip2"}, {".xz", "unxz"}, {".lz4", "unlz4"}, {".zip", "unzip"}})
    if (ending == form) return "unpack it in place with " + std::string(tool);
  return "restore the file that it was made from";
}

Error other_form(const fs::path& path, const std::string& what) {
  return {ErrorKind::data,
          what + " in '" + path.string() + "', which cannot be read: only plain, gzip and zstd files can",
          way_out_of(path) + ", or exclude the collection with --nsExclude"};
}

class EntryBuilder final {
 public:
  EntryBuilder(const FolderQuery& query, std::vector<std::string>& passed_over, const CancelToken& cancel)
      : query_(query), passed_over_(passed_over), cancel_(cancel) {}

  FolderEntry make(const std::string& db, const std::string& escaped, const CollectionFiles& files) {
    FolderEntry entry;
    auto& collection = entry.collection;
    collection.flaw = files.flaw;
    std::string whole_name;
    note_flaw(collection, [&] { whole_name = take_metadata(collection, files); });
    note_flaw(collection, [&] { take_documents(entry, files); });
    const auto& named_by = !files.documents.empty()  ? files.documents.front()
                           : !files.metadata.empty() ? files.metadata.front()
                                                     : fs::path(escaped);
    collection.ns = {db, collection_name(escaped, whole_name, named_by)};
    if (files.buckets && !collection.flaw && collection.type != "timeseries")
      collection.flaw.emplace(
          ErrorKind::data, "'" + named_by.string() + "' holds the buckets of a time series without its metadata",
          "put '" + escaped + ".metadata.json' of the dump beside it, or exclude it with --nsExclude");
    return entry;
  }

 private:
  template <class Step>
  void note_flaw(DumpCollection& collection, Step step) try {
    step();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::data) throw;
    if (!collection.flaw) collection.flaw = error;
  }

  /// Returns the name of the collection as its metadata has it.
  std::string take_metadata(DumpCollection& collection, const CollectionFiles& files) {
    if (files.metadata.empty()) {
      if (!files.other_metadata.empty()) throw other_form(files.other_metadata.front(), "the metadata is");
      return {};
    }
    const auto path = choose(files.metadata, query_.gzip, left_);
    pass_over(files.other_metadata);
    auto text = read_metadata_file(path, cancel_);
    const auto document = parse_json_object(text, "'" + path.string() + "'");
    collection.metadata = std::move(text);
    collection.type = text_of(document.get(), "type");
    const auto options = document_of(document.get(), "options");
    if (collection.type.empty() && options.has("viewOn")) collection.type = "view";
    if (collection.type.empty() && options.has("timeseries")) collection.type = "timeseries";
    return text_of(document.get(), "collectionName");
  }

  void take_documents(FolderEntry& entry, const CollectionFiles& files) {
    if (!files.documents.empty()) {
      set_documents(entry, choose(files.documents, query_.gzip, left_));
      pass_over(files.other_documents);
    } else if (!files.other_documents.empty()) {
      throw other_form(files.other_documents.front(), "the documents are");
    } else {
      entry.collection.documents_missing = entry.collection.type != "view";
    }
    pass_over(left_);
    left_.clear();
  }

  void pass_over(const std::vector<fs::path>& files) {
    for (const auto& path : files) passed_over_.push_back(path.string());
  }

  const FolderQuery& query_;
  std::vector<std::string>& passed_over_;
  const CancelToken& cancel_;
  std::vector<fs::path> left_;
};

}  // namespace

FolderEntry make_entry(const FolderQuery& query, const std::string& db, const std::string& escaped,
                       const CollectionFiles& files, std::vector<std::string>& passed_over, const CancelToken& cancel) {
  return EntryBuilder(query, passed_over, cancel).make(db, escaped, files);
}

void set_documents(FolderEntry& entry, const fs::path& path) {
  std::error_code error;
  entry.path = path.string();
  entry.bytes = fs::file_size(path, error);
  if (error) throw error_from_errno("cannot look at '" + entry.path + "'", error.value());
}

std::unique_ptr<filters::Source> open_plain(const fs::path& path, const CancelToken& cancel) {
  return filters::decompressed(
      std::make_unique<filters::FdSource>(filters::open_for_reading(path.string()), path.string(), cancel),
      path.string());
}

std::string read_metadata_file(const fs::path& path, const CancelToken& cancel) {
  const auto source = open_plain(path, cancel);
  std::string text;
  std::vector<std::uint8_t> chunk(std::size_t{64} << 10);
  while (const auto n = source->read(chunk)) {
    text.append(chunk.begin(), chunk.begin() + static_cast<std::ptrdiff_t>(n));
    if (text.size() > max_metadata_bytes)
      throw Error(ErrorKind::data, "'" + path.string() + "' is too large for metadata");
  }
  return text;
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

}  // namespace sidekick::mongo
