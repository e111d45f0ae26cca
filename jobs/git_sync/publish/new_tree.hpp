/// Writes a whole tree into a folder that nobody reads yet.
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <vector>

#include "git_sync/publish/checkout_reader.hpp"
#include "git_sync/publish/confined_folder.hpp"
#include "git_sync/publish/entry.hpp"
#include "git_sync/publish/record.hpp"
#include "git_sync/settings.hpp"
#include "sidekick/cancel.hpp"

namespace sidekick::git_sync {

/// An earlier tree, whose files are reused where they are equal and unchanged since they were written.
struct BaseTree {
  std::filesystem::path folder;
  const Record& record;
};

struct NewTree {
  const Snapshot& snapshot;
  const Listing& listing;
  const CheckoutReader& reader;
  const FileAttributes& attributes;
  LinkedTarget::Unchanged unchanged;
  std::optional<BaseTree> base;
};

/// Writes all folders, files and symlinks into the empty folder `target`, on several threads. Returns the status of
/// each entry, in order. Not synced. Throws Error: io, denied, data, cancelled; written files remain.
std::vector<struct stat> write_tree(const NewTree& tree, const std::filesystem::path& target,
                                    const CancelToken& cancel);

}  // namespace sidekick::git_sync
