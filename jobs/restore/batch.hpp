/// A batch of documents for one collection.
#pragma once

#include <cstdint>
#include <vector>

#include "mongo/bson.hpp"
#include "restore/plan.hpp"

namespace sidekick::restore {

struct Batch {
  const Target* target = nullptr;
  std::vector<std::uint8_t> bytes;           ///< the documents, one after another
  std::vector<std::size_t> starts;           ///< offset of each
  std::vector<std::size_t> zero_timestamps;  ///< which of them hold a top-level Timestamp(0,0)

  std::size_t count() const noexcept { return starts.size(); }
  mongo::Bytes document(std::size_t index) const {
    const auto end = index + 1 < starts.size() ? starts[index + 1] : bytes.size();
    return mongo::Bytes(bytes).subspan(starts[index], end - starts[index]);
  }
};

}  // namespace sidekick::restore
