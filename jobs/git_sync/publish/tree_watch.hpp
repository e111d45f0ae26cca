/// Notices that somebody changes published files, without looking at all of them each time.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "git_sync/publish/beneath.hpp"
#include "git_sync/publish/entry.hpp"
#include "git_sync/publish/record.hpp"
#include "sidekick/fd.hpp"

namespace sidekick::git_sync {

/// Watches one tree from its construction on, by inotify on its folders. Where the filesystem or the kernel does not
/// tell, or there are more folders than `max_watches`, each call of changed() looks at the next few files instead, in
/// turn. Files that are not in the listing do not count. For one thread.
class TreeWatch final {
 public:
  static constexpr std::size_t usual_max_watches = 4096;
  static constexpr std::size_t files_a_look = 256;

  /// The files are taken to be right now.
  TreeWatch(std::filesystem::path tree, const Listing& listing, std::size_t max_watches = usual_max_watches);

  /// True where a file or folder of the listing was written, replaced, removed, or given another mode since the last
  /// call. Costs one system call where nothing happened, or a look at `files_a_look` files.
  bool changed();

  bool is_told() const noexcept { return static_cast<bool>(inotify_); }

 private:
  struct Seen {
    std::string path;
    FileStamp stamp;
  };
  bool watch_folders(const Listing& listing, std::size_t max_watches);
  bool add(const std::string& folder);
  void remember(const Listing& listing);
  bool read_events();
  bool is_ours(int watch, const std::string& name) const;
  bool look_at_some();

  std::filesystem::path tree_;
  Fd inotify_;
  std::unordered_map<int, std::string> folders_;  ///< by watch; with a trailing slash, or empty for the tree itself
  std::unordered_set<std::string> paths_;         ///< of files and folders
  std::vector<Seen> seen_;
  std::size_t next_ = 0;
};

}  // namespace sidekick::git_sync
