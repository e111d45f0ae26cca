/// A folder and all below it as a tar archive.
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
  std::uint64_t excluded = 0;         ///< files, and folders with all below them
  std::vector<std::string> warnings;  ///< at most 20, and one that counts the others
  bool consistent = true;             ///< nothing changed while it was read
};

/// Writes the archive of `root` without what is excluded, with its end, into `sink`, and does not finish it. What it
/// holds and leaves out, and how it meets what changes: see DirSource. Holds at most 34 descriptors, whatever the
/// depth. Throws Error as DirSource::write_to() does, but for a folder with nothing in it.
TreeReport write_tree(const std::string& root, const PathPatterns& excludes, filters::Sink& sink, JobContext& context);

}  // namespace sidekick::backup::tar
