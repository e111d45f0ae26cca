/// Writes a folder and everything below it as a tar archive.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backup/tar/reader.hpp"
#include "filters/sink.hpp"
#include "sidekick/job.hpp"
#include "sidekick/path_patterns.hpp"

namespace sidekick::backup::tar {

struct TreeReport {
  Count count;
  std::uint64_t excluded = 0;         ///< files, and folders with their contents
  std::vector<std::string> warnings;  ///< at most 20, and one with the count of the others
  bool consistent = true;             ///< nothing changed while it was read
};

/// Writes the archive of `root` without the excluded files, with its end marker, into `sink`, and does not finish the
/// sink. For what it stores and how it handles changes, see DirSource. Holds at most 34 descriptors at any depth.
/// Throws Error as DirSource::write_to() does, but not for an empty folder.
TreeReport write_tree(const std::string& root, const PathPatterns& excludes, filters::Sink& sink, JobContext& context);

}  // namespace sidekick::backup::tar
