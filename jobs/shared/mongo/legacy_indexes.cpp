#include "mongo/legacy_indexes.hpp"

#include "mongo/folder_reader.hpp"
#include "mongo/metadata.hpp"
#include "sidekick/error.hpp"

namespace sidekick::mongo {

namespace fs = std::filesystem;

LegacyIndex parse_legacy_index(Bytes document, const std::string& db) {
  LegacyIndex out{{}, Bson(document)};
  const auto what = "'" + db + ".system.indexes'";
  out.ns = {db, parse_namespace(text_of(out.spec.get(), "ns")).collection};
  if (out.ns.collection.empty())
    throw Error(ErrorKind::data, what + " holds an index that belongs to no collection: its field 'ns' is missing");
  check_index(out.spec, what);
  return out;
}

std::string legacy_metadata(const fs::path& folder, const std::string& collection, const CancelToken& cancel) {
  std::error_code ignored;
  for (const char* name : {"system.indexes.bson", "system.indexes.bson.gz", "system.indexes.bson.zst"}) {
    const auto path = folder / name;
    if (!fs::is_regular_file(path, ignored)) continue;
    FolderDump dump;
    dump.entries.push_back({{{"", "system.indexes"}, "", ""}, path.string(), 0});
    FolderReader reader(std::move(dump), cancel);
    std::vector<Bson> indexes;
    std::vector<std::uint8_t> document;
    for (auto event = reader.next(); event.kind != DumpEvent::Kind::end; event = reader.next()) {
      if (event.kind != DumpEvent::Kind::document) continue;
      document.resize(event.bytes);
      reader.read_document(document);
      auto index = parse_legacy_index(document, "");
      if (index.ns.collection == collection) indexes.push_back(std::move(index.spec));
    }
    return indexes.empty() ? std::string() : Bson().append_array("indexes", indexes).to_json();
  }
  return {};
}

}  // namespace sidekick::mongo
