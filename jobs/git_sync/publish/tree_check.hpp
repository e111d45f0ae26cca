/// Compares a tree on disk with its expected content.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "git_sync/publish/checkout_reader.hpp"
#include "git_sync/publish/confined_folder.hpp"
#include "git_sync/publish/entry.hpp"
#include "git_sync/publish/record.hpp"
#include "sidekick/cancel.hpp"

namespace sidekick::git_sync {

struct TreeFindings {
  std::vector<std::size_t> damaged;          ///< indexes of entries
  std::vector<std::string> damaged_folders;  ///< missing, or replaced by something else: files below are damaged too
  /// Entries whose bytes are right but differ from the record, with their status before the bytes were read.
  std::vector<std::pair<std::size_t, FileStamp>> touched;
};

/// Checks every entry and folder of `listing` in `folder`. What matches `record` (may be null) is right; the rest is
/// compared by bytes. A file with too few read permissions (`attributes`) is damaged.
TreeFindings check_tree(const std::filesystem::path& folder, const Listing& listing, CheckoutReader& reader,
                        const Record* record, const FileAttributes& attributes, const CancelToken& cancel);

}  // namespace sidekick::git_sync
