/// A folder and all below it as a tar archive.
#pragma once

#include <string>
#include <vector>

#include "backup/tar/reader.hpp"
#include "filters/sink.hpp"
#include "sidekick/job.hpp"

namespace sidekick::backup::tar {

struct TreeReport {
  Count count;
  std::vector<std::string> warnings;  ///< at most 20, and one that counts the others
  bool consistent = true;             ///< nothing changed while it was read
};

/// Writes the archive of `root` with its end into `sink`, and does not finish it. What it holds and leaves out, and how
/// it meets what changes: see DirSource. Holds at most 34 descriptors, whatever the depth. Throws Error as
/// DirSource::pour() does, but for a folder with nothing in it.
TreeReport write_tree(const std::string& root, filters::Sink& sink, JobContext& context);

}  // namespace sidekick::backup::tar
