/// What to change in a folder that others use, so that it holds a snapshot.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "git_sync/publish/entry.hpp"
#include "git_sync/publish/record.hpp"
#include "git_sync/publish/survey.hpp"

namespace sidekick::git_sync {

/// What is known of one path: what git wants there, what we wrote there, and what is on disk.
struct Row {
  std::string_view path;
  const Entry* wanted = nullptr;
  const RecordedFile* recorded = nullptr;  ///< by the last publication that was finished
  const RecordedFile* pending = nullptr;   ///< by an interrupted one, as it was staged
  Seen seen;
  FolderContent content;  ///< where a folder is in the place of a wanted file

  /// True when the file on disk is the one that an interrupted publication had staged: the rename keeps time and size.
  bool is_pending() const noexcept;
  /// True when the file on disk came from git.
  bool ours() const noexcept;
  /// True when it is ours and git no longer wants anything there.
  bool goes() const noexcept;
};

/// One row for each path that occurs in any of the three, sorted, with nothing seen yet. The rows point into the
/// arguments.
std::vector<Row> join_rows(std::span<const Entry> wanted, const Record& recorded, const Record& pending);

struct Plan {
  std::vector<const Row*> write;           ///< to be written and renamed to its place
  std::vector<const Row*> adopt;           ///< right already, but different from the record
  std::vector<std::string> clear;          ///< ours, and to be removed before something of another type replaces it
  std::vector<std::string> clear_folders;  ///< the same for folders, each after those in it
  std::vector<std::string> remove;         ///< ours, and no longer in git
  std::vector<std::string> leave_empty;    ///< folders that may be empty afterwards, the deepest first
  std::vector<std::string> in_the_way;     ///< never came from git, and in the way of something to be written
  std::vector<std::string> damaged;        ///< ours, and changed or removed by others
  std::vector<std::string> make_folders;   ///< of submodules that are not filled, and missing

  bool changes_files() const noexcept { return !write.empty() || !clear.empty() || !remove.empty(); }
};

enum class Trust {
  stamps,  ///< a file that matches its record is right
  bytes,   ///< every file is compared: what is written may depend on more than its blob
};

/// Adds to `plan` the changes from the empty folders in `before` to those in `wanted` (both sorted): folders to be
/// created, obstacles, and folders that may be empty now. Looks at the wanted ones through `surveyor`.
void plan_empty_folders(Plan& plan, std::span<const Row> rows, std::span<const std::string> before,
                        std::span<const std::string> wanted, Surveyor& surveyor);

/// Decides over `rows`, whose state on disk is known. `same` answers whether the file or symlink at a wanted path
/// already has the bytes of its entry; it is called only where the stamps do not decide. Pure except for that.
Plan make_plan(std::span<const Row> rows, Trust trust, const std::function<bool(const Entry&)>& same);

}  // namespace sidekick::git_sync
