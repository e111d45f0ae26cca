/// Copies a source into an object of a storage, and verifies it on the way.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "backup/source.hpp"
#include "filters/age.hpp"
#include "filters/compress.hpp"
#include "storage/storage.hpp"

namespace sidekick::backup {

struct PipelineSettings {
  filters::CompressionSettings compression;
  std::vector<filters::AgeRecipient> recipients;  ///< empty: not encrypted
};

/// What was written.
struct Written {
  SourceSummary summary;
  std::uint64_t bytes = 0;
  std::uint64_t plain_bytes = 0;
  std::string sha256;
  std::string plain_sha256;
};

/// Not thread safe.
class Pipeline final {
 public:
  Pipeline(PipelineSettings settings, storage::Storage& storage) : settings_(std::move(settings)), storage_(storage) {}

  /// Writes `source` through compression and encryption into the object `name`, while Source::prove() reads the same
  /// plain bytes in a thread of its own. Calls `may_publish` after the verification and before the object gets its
  /// name; it throws to forbid that. Memory is bounded, whatever the size. Throws Error: data if the verification finds
  /// a flaw or other counts than the source reported, and what the source, the storage and `may_publish` throw; then
  /// removes the object, if the storage can be reached.
  Written write(Source& source, const std::string& name, const std::function<void()>& may_publish, JobContext& context);

  /// The bytes that the source wrote in the last write(), even if that failed.
  std::uint64_t plain_bytes() const noexcept { return plain_bytes_; }

 private:
  const PipelineSettings settings_;
  storage::Storage& storage_;
  std::uint64_t plain_bytes_ = 0;
};

/// Throws Error of kind data naming `what` and the part whose count differs; a part that one of them lacks counts as
/// empty. Pure.
void compare_counts(const SourceSummary& told, const SourceSummary& found, const std::string& what);

}  // namespace sidekick::backup
