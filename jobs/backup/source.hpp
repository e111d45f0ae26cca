/// Where a backup's bytes come from, behind one interface.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "filters/sink.hpp"
#include "filters/source.hpp"
#include "sidekick/job.hpp"
#include "storage/manifest.hpp"

namespace sidekick::backup {

/// What a source wrote, for the manifest.
struct SourceSummary {
  std::uint64_t items = 0;
  std::string unit;  ///< "documents", "files", ""
  std::vector<storage::PartCount> collections;
  bool consistent = true;
  bool oplog = false;
  std::string server_version;
  std::vector<std::string> warnings;  ///< each is logged by the caller too
};

/// Something that can be backed up as one stream. For one thread.
class Source {
 public:
  virtual ~Source() = default;

  /// For messages and manifests, without credentials: "mongodb://mongo:27017/shop", "dir:/data", "exec: pg_dump shop".
  virtual const std::string& where() const noexcept = 0;

  /// "mongodb", "dir" or "exec": the first part of an object's suffix.
  virtual std::string_view kind() const noexcept = 0;

  /// What follows the kind in the name of an object: "archive", "tar", "out".
  virtual std::string_view extension() const noexcept = 0;

  /// Writes all of it into `sink`, and does not finish it. Called again for each run. Throws Error: no_input for what
  /// is not there or empty (unless that is allowed), and what fits else; what was written is thrown away then.
  virtual SourceSummary write_to(filters::Sink& sink, JobContext& context) = 0;

  /// Reads what write_to() wrote and proves its structure to the end: what it holds, for comparison with the summary of
  /// write_to(). Throws Error of kind data with the place. Safe to be called while write_to() runs in another thread.
  virtual SourceSummary prove(std::unique_ptr<filters::Source> plain, const std::string& name,
                              const CancelToken& cancel) const = 0;

  using OpenPlain = std::function<std::unique_ptr<filters::Source>()>;

  /// Puts it into the scratch server, compares counts and indexes with what it holds, and removes it again. `open`
  /// gives the plain bytes from their beginning each time. False where this kind has no such proof.
  virtual bool restore_to_scratch(const OpenPlain& open, const storage::Manifest& manifest, JobContext& context) = 0;
};

}  // namespace sidekick::backup
