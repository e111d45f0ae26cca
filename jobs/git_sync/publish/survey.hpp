/// What is on disk at the paths of a publication.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "git_sync/publish/entry.hpp"
#include "git_sync/publish/record.hpp"
#include "sidekick/fd.hpp"

namespace sidekick::git_sync {

/// What one path leads to, without following a symlink at any step.
struct Seen {
  enum class What { nothing, file, folder, other } what = What::nothing;  ///< file: or a symlink
  EntryKind kind = EntryKind::file;                                       ///< of a file
  FileStamp stamp;                                                        ///< of a file
  std::string blocker;  ///< the prefix of the path that is not a folder, though more follows; what: nothing
};

/// Everything below a folder, by path from the root of the survey.
struct FolderContent {
  std::vector<std::string> files;    ///< everything that is not a folder
  std::vector<std::string> folders;  ///< a folder comes after its content
};

/// Looks at paths below a folder. Fast for paths sorted as bytes: folders on the way stay open. Members throw Error io,
/// denied.
class Surveyor final {
 public:
  explicit Surveyor(const std::filesystem::path& root);

  Seen look(const std::string& path);

  /// For an existing folder.
  FolderContent list(const std::string& folder);

 private:
  enum class Way { open, missing, blocked };
  struct Step {
    std::string prefix;  ///< with its trailing slash
    Way way;
    Fd fd;
  };

  void walk_to(const std::string& path);
  void enter(const std::string& prefix);
  void list_below(int parent, const std::string& name, const std::string& path, FolderContent& out);

  std::string root_;
  Fd root_fd_;
  std::vector<Step> steps_;
};

}  // namespace sidekick::git_sync
