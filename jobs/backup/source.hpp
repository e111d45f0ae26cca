/// The interface of everything that can be backed up.
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

  /// "mongodb", "dir" or "exec": the first part of the suffix of an object.
  virtual std::string_view kind() const noexcept = 0;

  /// The part after the kind in the name of an object: "archive", "tar", "out".
  virtual std::string_view extension() const noexcept = 0;

  /// Writes everything into `sink`, and does not finish it. Called again for each run. Throws Error: no_input if the
  /// source is missing or empty (unless that is allowed), and other fitting kinds; the caller then discards what was
  /// written.
  virtual SourceSummary write_to(filters::Sink& sink, JobContext& context) = 0;

  /// Reads what write_to() wrote to the end and verifies its structure; returns a summary for comparison with that of
  /// write_to(). Throws Error of kind data with the position. Safe to be called while write_to() runs in another
  /// thread.
  virtual SourceSummary prove(std::unique_ptr<filters::Source> plain, const std::string& name,
                              const CancelToken& cancel) const = 0;

  using OpenPlain = std::function<std::unique_ptr<filters::Source>()>;

  /// Restores the backup into the scratch server, compares counts and indexes, and removes it. `open` returns the plain
  /// bytes from their beginning each time. False if this kind has no scratch server.
  virtual bool restore_to_scratch(const OpenPlain& open, const storage::Manifest& manifest, JobContext& context) = 0;
};

}  // namespace sidekick::backup
