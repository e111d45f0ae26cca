/// Comparing a tree on disk with what it should be.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "git_sync/publish/contents.hpp"
#include "git_sync/publish/entry.hpp"
#include "git_sync/publish/files.hpp"
#include "git_sync/publish/record.hpp"
#include "sidekick/cancel.hpp"

namespace sidekick::git_sync {

struct TreeFindings {
  std::vector<std::size_t> damaged;          ///< indexes of entries
  std::vector<std::string> damaged_folders;  ///< missing, or something else in their place: files below are damaged too
  /// Entries whose bytes are right but not as recorded, with how they looked before their bytes were read.
  std::vector<std::pair<std::size_t, FileStamp>> touched;
};

/// Walks every entry and folder of `listing` in `folder`. What looks as `record` (may be null) says is right; the rest
/// is compared by bytes. A file that not everybody may read who should (`attributes`) is damaged.
TreeFindings check_tree(const std::filesystem::path& folder, const Listing& listing, Contents& contents,
                        const Record* record, const FileAttributes& attributes, const CancelToken& cancel);

}  // namespace sidekick::git_sync
