/// A folder as a source: a tar archive of all that is in it.
#pragma once

#include <string>

#include "backup/empty_source.hpp"
#include "backup/source.hpp"
#include "sidekick/path_patterns.hpp"

namespace sidekick::backup {

/// Writes what `tar -x` of GNU tar reads: "./" and all below it, sorted by name, with owners (numbers, and names where
/// /etc/passwd has them), modes, times to the nanosecond, links of both kinds, devices, FIFOs, and the holes of sparse
/// files; two runs over the same tree give the same bytes. Left out: what the patterns exclude (counted in the log),
/// sockets (with a warning), extended attributes and ACLs. File systems mounted below the folder are part of it;
/// symbolic links are stored and never followed.
///
/// What changes while it is read is told by a warning and makes the backup inconsistent: a file that grows is stored as
/// large as it was, one that shrinks is filled up with zeros, one that vanishes is missing. What may not be read is an
/// Error of kind denied: nothing is missing silently. Memory: the names of one folder for each level, and of all files
/// with several hard links.
class DirSource final : public Source {
 public:
  /// Touches nothing yet. `path` is absolute.
  DirSource(std::string path, EmptySource empty, PathPatterns excludes = {});

  const std::string& where() const noexcept override { return where_; }
  std::string_view kind() const noexcept override { return "dir"; }
  std::string_view extension() const noexcept override { return "tar"; }

  /// Counts as files all that are no folders. Throws Error: no_input (no such folder, not one, or nothing in it),
  /// denied, io, cancelled, and what the sink throws.
  SourceSummary write_to(filters::Sink& sink, JobContext& context) override;

  /// Reads the archive to its end: checksums, records and the end itself.
  SourceSummary prove(std::unique_ptr<filters::Source> plain, const std::string& name,
                      const CancelToken& cancel) const override;

  /// There is no server for it: false.
  bool restore_to_scratch(const OpenPlain& open, const storage::Manifest& manifest, JobContext& context) override;

 private:
  std::string path_;
  std::string where_;
  EmptySource empty_;
  PathPatterns excludes_;
};

}  // namespace sidekick::backup
