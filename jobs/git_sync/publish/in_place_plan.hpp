/// What has to be done to a folder that others use, so that it holds a content.
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

/// All that is known of one path: what git wants there, what we wrote there, and what is there.
struct Row {
  std::string_view path;
  const Entry* wanted = nullptr;
  const RecordedFile* recorded = nullptr;  ///< by the last publication that was finished
  const RecordedFile* pending = nullptr;   ///< by one that was cut short, as it was staged
  Seen seen;
  FolderContent content;  ///< where a folder is in the place of a wanted file

  /// True when what is there is what a publication that was cut short had staged: the rename keeps time and size.
  bool is_pending() const noexcept;
  /// True when what is there came from git.
  bool ours() const noexcept;
  /// True when it is ours and git wants nothing there any more.
  bool goes() const noexcept;
};

/// One row for each path that any of the three names, sorted; nothing seen yet. The rows point into the arguments.
std::vector<Row> join_rows(std::span<const Entry> wanted, const Record& recorded, const Record& pending);

struct Plan {
  std::vector<const Row*> write;           ///< to be written and renamed to its place
  std::vector<const Row*> adopt;           ///< right already, but not as it was recorded
  std::vector<std::string> clear;          ///< ours, to go before something of another shape can take its place
  std::vector<std::string> clear_folders;  ///< the same for folders, each after those in it
  std::vector<std::string> remove;         ///< ours, and git has it no more
  std::vector<std::string> leave_empty;    ///< folders that may be empty afterwards, the deepest first
  std::vector<std::string> in_the_way;     ///< never came from git, and is where something has to be written
  std::vector<std::string> damaged;        ///< ours, and changed or removed by another hand
  std::vector<std::string> make_folders;   ///< of submodules that are not filled, and missing

  bool changes_files() const noexcept { return !write.empty() || !clear.empty() || !remove.empty(); }
};

enum class Trust {
  stamps,  ///< a file that looks as it was recorded is right
  bytes,   ///< every file is compared: what is written may depend on more than its blob
};

/// Adds to `plan` what brings the folder from the empty folders in `before` to those in `wanted` (both sorted): folders
/// to be made, what is in their way, and folders that may be empty now. Looks at the wanted ones through `surveyor`.
void plan_empty_folders(Plan& plan, std::span<const Row> rows, std::span<const std::string> before,
                        std::span<const std::string> wanted, Surveyor& surveyor);

/// Decides over `rows`, which were looked at. `same` answers whether the file or symlink at a wanted path has the bytes
/// of its entry already; it is only asked where the stamps do not tell. Pure but for that.
Plan make_plan(std::span<const Row> rows, Trust trust, const std::function<bool(const Entry&)>& same);

}  // namespace sidekick::git_sync
