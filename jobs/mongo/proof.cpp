#include "mongo/proof.hpp"

#include <span>

#include "mongo/metadata.hpp"

namespace sidekick::mongo {

DumpProof prove(DumpReader& dump) {
  DumpProof proof;
  proof.server_version = dump.server_version();
  for (const auto& collection : dump.collections()) {
    // What cannot be read here could not be restored.
    parse_metadata(collection.metadata, collection.ns);
    proof.namespaces.push_back({collection.ns, collection.type, 0, 0});
  }
  std::vector<std::uint8_t> document;
  for (auto event = dump.next(); event.kind != DumpEvent::Kind::end; event = dump.next()) {
    if (event.kind != DumpEvent::Kind::document) continue;
    if (document.size() < event.bytes) document.resize(event.bytes);
    dump.read_document(std::span(document).first(event.bytes));
    auto& counted = proof.namespaces[event.collection];
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
