#include "dump/output.hpp"

namespace sidekick::dump {

void ArchiveOutput::begin(const mongo::ArchiveHeader& header, const std::vector<Item>& items) {
  std::vector<mongo::ArchiveEntry> entries;
  entries.reserve(items.size());
  for (const auto& item : items) entries.push_back({{item.ns, item.metadata, item.type}, item.documents_ns});
  writer_.emplace(sink_, header, std::move(entries));
}

}  // namespace sidekick::dump
