#include "mongo/proof.hpp"

#include <span>

#include "mongo/collection_check.hpp"
#include "mongo/legacy_indexes.hpp"
#include "sidekick/error.hpp"

namespace sidekick::mongo {

namespace {

/// Old servers accepted many values in a key, but no documents or arrays.
void check_key(const Bson& index, const Namespace& ns) {
  const auto key = document_of(index.get(), "key");
  bson_iter_t it;
  bson_iter_init(&it, key.get());
  while (bson_iter_next(&it))
    if (BSON_ITER_HOLDS_DOCUMENT(&it) || BSON_ITER_HOLDS_ARRAY(&it))
      throw Error(ErrorKind::data, "the index '" + text_of(index.get(), "name") + "' in the metadata of '" + ns.text() +
                                       "' has an invalid key: '" + bson_iter_key(&it) + "' is not a direction");
}

}  // namespace

void check_collections(const DumpReader& dump) {
  for (const auto& collection : dump.collections()) {
    const auto metadata = check_collection(collection);
    if (collection.documents_missing)
      throw Error(ErrorKind::data,
                  "the dump has the metadata of '" + collection.ns.text() + "', but no file with its documents",
                  "use another copy of the dump, or dump again");
    for (const auto& index : metadata.indexes) check_key(index, collection.ns);
  }
}

DumpProof prove(DumpReader& dump) {
  DumpProof proof;
  proof.server_version = dump.server_version();
  for (const auto& collection : dump.collections()) proof.namespaces.push_back({collection.ns, collection.type, 0, 0});
  std::vector<std::uint8_t> document;
  for (auto event = dump.next(); event.kind != DumpEvent::Kind::end; event = dump.next()) {
    if (event.kind != DumpEvent::Kind::document) continue;
    if (document.size() < event.bytes) document.resize(event.bytes);
    const auto bytes = std::span(document).first(event.bytes);
    dump.read_document(bytes);
    auto& counted = proof.namespaces[event.collection];
    if (is_legacy_indexes(counted.ns)) parse_legacy_index(bytes, counted.ns.db);
    counted.documents++;
    counted.bytes += event.bytes;
  }
  for (const auto& counted : proof.namespaces) {
    if (is_oplog(counted.ns)) {
      proof.oplog = true;
      continue;
    }
    proof.documents += counted.documents;
    proof.bytes += counted.bytes;
  }
  return proof;
}

}  // namespace sidekick::mongo
