/// The files that a content consists of.
#pragma once

#include <string>
#include <vector>

#include "git_sync/object_id.hpp"
#include "git_sync/publish/publisher.hpp"
#include "sidekick/cancel.hpp"

namespace sidekick::git_sync {

enum class EntryKind { file, executable, symlink };

/// One file of a content. Submodules are resolved into theirs; one that has no part is left out.
struct Entry {
  std::string path;  ///< below the published folder, without a leading slash
  EntryKind kind = EntryKind::file;
  ObjectId blob;
  std::size_t part = 0;  ///< index into Content::parts
};

/// Every file of `content`, sorted by path as bytes. Reads trees, not blobs. Throws Error data: a tree is missing or
/// damaged, a name that would leave the folder or reach into `.git` or `.sidekick` (as git refuses them: "..", ".git"
/// in any case and disguise, an empty name, a slash in a name), or a path below another entry that is no folder.
std::vector<Entry> list_entries(const Content& content, const CancelToken& cancel);

}  // namespace sidekick::git_sync
