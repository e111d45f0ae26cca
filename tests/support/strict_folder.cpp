#include <boost/json/parse.hpp>

#include <algorithm>
#include <map>

#include "tests/support/strict_documents.hpp"
#include "tests/support/temp_dir.hpp"

namespace sidekick::test {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr std::size_t longest_name = 238;
constexpr std::size_t cut_name = 208;  // then "%24" and 27 digits: base64url of 20 bytes, without padding

// Go's url.QueryEscape.
std::string escaped(const std::string& name) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '_' || c == '.' || c == '~')
      out += c;
    else if (c == ' ')
      out += '+';
    else
      out.append("%").append(1, digits[byte >> 4U]).append(1, digits[byte & 15U]);
  }
  return out;
}

// A file name has 255 bytes at most: with ".metadata.json" and the three of ".gz" that leaves 238, one less for ".zst".
bool is_file_name_of(const std::string& stem, const std::string& collection, const std::string& suffix) {
  const auto whole = escaped(collection);
  const std::size_t less = suffix == ".zst" ? 1 : 0;
  if (whole.size() <= longest_name - less) return stem == whole;
  return stem.size() == longest_name - less && stem.starts_with(whole.substr(0, cut_name - less) + "%24");
}

struct Files {
  std::map<std::string, fs::path> metadata;
  std::map<std::string, fs::path> documents;
};

bool is_prelude(const fs::path& path) {
  const auto name = path.filename();
  return name == "prelude.json" || name == "prelude.json.gz" || name == "prelude.json.zst";
}

class FolderReader {
 public:
  explicit FolderReader(fs::path root) : root_(std::move(root)) {}

  StrictDump read() {
    for (const auto& entry : fs::directory_iterator(root_)) {
      const auto name = entry.path().filename().string();
      if (entry.is_directory())
        read_database(entry.path());
      else if (name == "oplog.bson")
        read_oplog(entry.path());
      else if (is_prelude(entry.path()))
        read_prelude(entry.path());
      else
        fail("a file that does not belong there: " + entry.path().string());
    }
    if (dump_.server_version.empty()) fail("there is no prelude.json");
    return std::move(dump_);
  }

 private:
  [[noreturn]] static void fail(const std::string& what) { throw RuleBroken("folder: " + what); }

  /// The name without what compression adds to it, which is the same for all files and true.
  std::string plain_name(const fs::path& path) {
    auto name = path.filename().string();
    std::string suffix;
    for (const char* known : {".gz", ".zst"})
      if (name.ends_with(known)) suffix = known;
    if (suffix_.value_or(suffix) != suffix) fail("some files are compressed and some are not: " + path.string());
    suffix_ = suffix;
    const auto content = read_file(path);
    const bool gzip = content.starts_with("\x1f\x8b");
    const bool zstd = content.starts_with("\x28\xb5\x2f\xfd");
    if (suffix == ".gz" ? !gzip : suffix == ".zst" ? !zstd : gzip || zstd)
      fail("the name does not say how it is compressed: " + path.string());
    return name.substr(0, name.size() - suffix.size());
  }

  void read_prelude(const fs::path& path) {
    plain_name(path);
    if (!dump_.server_version.empty()) fail("there are two preludes");
    const auto prelude = json::parse(unpacked(path)).as_object();
    dump_.server_version = prelude.at("ServerVersion").as_string();
    if (prelude.at("ToolVersion").as_string().empty()) fail("the prelude has no ToolVersion");
  }

  void read_documents(StrictCollection& collection, const fs::path& path) {
    const auto content = unpacked(path);
    std::string_view rest = content;
    while (!rest.empty()) {
      const auto document = whole_document(rest);
      if (document.flaw) fail("'" + path.string() + "': " + *document.flaw);
      count_document(collection, document.bytes);
      rest.remove_prefix(document.bytes.size());
    }
  }

  void read_oplog(const fs::path& path) {
    StrictCollection oplog{"", "oplog", ""};
    read_documents(oplog, path);
    dump_.collections.push_back(std::move(oplog));
  }

  Files files_of(const fs::path& folder) {
    Files files;
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (is_prelude(entry.path())) {
        read_prelude(entry.path());
        continue;
      }
      const auto name = plain_name(entry.path());
      constexpr std::string_view metadata = ".metadata.json";
      constexpr std::string_view documents = ".bson";
      if (name.ends_with(metadata))
        files.metadata[name.substr(0, name.size() - metadata.size())] = entry.path();
      else if (name.ends_with(documents))
        files.documents[name.substr(0, name.size() - documents.size())] = entry.path();
      else
        fail("a file that does not belong there: " + entry.path().string());
    }
    return files;
  }

  void read_database(const fs::path& folder) {
    auto files = files_of(folder);
    for (const auto& [stem, path] : files.metadata) {
      const auto text = unpacked(path);
      const auto said = json::parse(text).as_object();
      StrictCollection collection{folder.filename().string(), std::string(said.at("collectionName").as_string()),
                                  std::string(said.at("type").as_string())};
      if (!is_file_name_of(stem, collection.collection, suffix_.value_or("")))
        fail("no name of '" + collection.text() + "': " + stem);
      collection.metadata = read_metadata_strictly(text, collection.collection, collection.type);
      take_documents(files, stem, collection);
      dump_.collections.push_back(std::move(collection));
    }
    for (const auto& [stem, path] : files.documents) {
      if (!stem.starts_with("$admin.system.")) fail("documents without metadata: " + path.string());
      StrictCollection collection{folder.filename().string(), stem, ""};
      read_documents(collection, path);
      dump_.collections.push_back(std::move(collection));
    }
  }

  void take_documents(Files& files, const std::string& stem, StrictCollection& collection) {
    const auto found = files.documents.find((collection.type == "timeseries" ? "system.buckets." : "") + stem);
    if (collection.type == "view") {
      if (found != files.documents.end()) fail("the view '" + collection.text() + "' has documents");
      return;
    }
    if (found == files.documents.end()) fail("the documents of '" + collection.text() + "' are missing");
    read_documents(collection, found->second);
    files.documents.erase(found);
  }

  fs::path root_;
  StrictDump dump_;
  std::optional<std::string> suffix_;
};

}  // namespace

StrictDump read_folder_strictly(const fs::path& folder) {
  return FolderReader(folder).read();
}

}  // namespace sidekick::test
