/// A folder as a source: a tar archive of its contents.
#pragma once

#include <string>

#include "backup/empty_source.hpp"
#include "backup/source.hpp"
#include "sidekick/path_patterns.hpp"

namespace sidekick::backup {

/// Writes what `tar -x` of GNU tar reads: "./" and everything below it, sorted by name, with owners (numbers, and names
/// where /etc/passwd has them), modes, times to the nanosecond, links of both kinds, devices, FIFOs, and the holes of
/// sparse files; two runs over the same tree give the same bytes. Leaves out what the patterns exclude (counted in the
/// log), sockets (with a warning), extended attributes and ACLs. Includes file systems mounted below the folder; stores
/// symbolic links and never follows them.
///
/// A change during the backup is logged as a warning and makes the backup inconsistent: a growing file is stored with
/// its former size, a shrinking one is padded with zeros, a vanished one is missing. A file without read permission is
/// an Error of kind denied: nothing is left out silently. Memory: the names of one folder for each level, and of all
/// files with several hard links.
class DirSource final : public Source {
 public:
  /// Does not access the folder. `path` is absolute.
  DirSource(std::string path, EmptySource empty, PathPatterns excludes = {});

  const std::string& where() const noexcept override { return where_; }
  std::string_view kind() const noexcept override { return "dir"; }
  std::string_view extension() const noexcept override { return "tar"; }

  /// Counts everything but folders as files. Throws Error: no_input (missing, not a folder, or empty), denied, io,
  /// cancelled, and what the sink throws.
  SourceSummary write_to(filters::Sink& sink, JobContext& context) override;

  /// Reads the archive to its end: checksums, records and the end marker.
  SourceSummary prove(std::unique_ptr<filters::Source> plain, const std::string& name,
                      const CancelToken& cancel) const override;

  /// Returns false: there is no scratch server for folders.
  bool restore_to_scratch(const OpenPlain& open, const storage::Manifest& manifest, JobContext& context) override;

 private:
  std::string path_;
  std::string where_;
  EmptySource empty_;
  PathPatterns excludes_;
};

}  // namespace sidekick::backup
