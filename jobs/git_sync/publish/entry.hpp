/// The files that a snapshot consists of.
#pragma once

#include <string>
#include <vector>

#include "git_sync/object_id.hpp"
#include "git_sync/publish/publisher.hpp"
#include "sidekick/cancel.hpp"

namespace sidekick::git_sync {

enum class EntryKind { file, executable, symlink };

/// One file of a snapshot. Submodules are replaced by their files; a submodule without a part is skipped.
struct Entry {
  std::string path;  ///< below the published folder, without a leading slash
  EntryKind kind = EntryKind::file;
  ObjectId blob;
  std::size_t part = 0;  ///< index into Snapshot::parts
};

/// Every file of `snapshot` that is published, sorted by path as bytes. Reads trees, not blobs. Throws Error data: a
/// tree is missing or damaged, a name that would leave the folder or reach into `.git` or `.sidekick` (as git refuses
/// them: "..", ".git" in any case and disguise, an empty name, a slash in a name), a path below another entry that is
/// no folder, or a link to a submodule that needs a part and has none.
std::vector<Entry> list_entries(const Snapshot& snapshot, const CancelToken& cancel);

/// The place of a submodule in the tree of the main repository, whether or not it has a part.
struct SubmoduleEntry {
  std::string path;
  ObjectId commit;
};

struct Listing {
  std::vector<Entry> entries;
  std::vector<SubmoduleEntry> submodules;
  std::vector<std::string> folders;  ///< every folder that the entries and submodules lie in or are, sorted as bytes
  std::vector<Entry> left_out;       ///< files that the sparse patterns leave out, sorted by path
};

/// The same walk, with the submodules.
Listing list_snapshot(const Snapshot& snapshot, const CancelToken& cancel);

}  // namespace sidekick::git_sync
