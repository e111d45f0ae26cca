#include "git_sync/publish/tree_watch.hpp"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace sidekick::git_sync {

namespace {

constexpr std::uint32_t changes = IN_ATTRIB | IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
                                  IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_DONT_FOLLOW;

/// Nothing like it where the file is gone.
FileStamp stamp_at(const std::filesystem::path& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0 ? FileStamp::of(status) : FileStamp{};
}

}  // namespace

TreeWatch::TreeWatch(std::filesystem::path tree, const Listing& listing, std::size_t max_watches)
    : tree_(std::move(tree)) {
  if (watch_folders(listing, max_watches)) return;
  inotify_.reset();
  folders_.clear();
  paths_.clear();
  remember(listing);
}

bool TreeWatch::watch_folders(const Listing& listing, std::size_t max_watches) {
  if (listing.folders.size() + 1 > max_watches) return false;
  inotify_.reset(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!inotify_ || !add("")) return false;
  for (const auto& folder : listing.folders)
    if (!add(folder + "/")) return false;
  for (const auto& folder : listing.folders) paths_.insert(folder);
  for (const auto& entry : listing.entries) paths_.insert(entry.path);
  return true;
}

bool TreeWatch::add(const std::string& folder) {
  const int watch = ::inotify_add_watch(inotify_.get(), (tree_ / folder).c_str(), changes);
  if (watch < 0) return false;
  folders_.emplace(watch, folder);
  return true;
}

void TreeWatch::remember(const Listing& listing) {
  seen_.reserve(listing.entries.size());
  for (const auto& entry : listing.entries) seen_.push_back({entry.path, stamp_at(tree_ / entry.path)});
}

bool TreeWatch::changed() {
  return inotify_ ? read_events() : look_at_some();
}

bool TreeWatch::read_events() {
  alignas(inotify_event) std::array<char, std::size_t{64} << 10> buffer;
  bool found = false;
  for (;;) {
    const auto n = ::read(inotify_.get(), buffer.data(), buffer.size());
    if (n <= 0) return found;
    for (std::size_t at = 0; at < static_cast<std::size_t>(n);) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + at, sizeof event);
      const char* name = buffer.data() + at + sizeof event;
      found |= (event.mask & (IN_Q_OVERFLOW | IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)) != 0 ||
               is_ours(event.wd, event.len > 0 ? std::string(name) : std::string());
      at += sizeof event + event.len;
    }
  }
}

/// Without a name the event is about the folder itself.
bool TreeWatch::is_ours(int watch, const std::string& name) const {
  const auto folder = folders_.find(watch);
  return folder != folders_.end() && (name.empty() || paths_.contains(folder->second + name));
}

bool TreeWatch::look_at_some() {
  const auto count = std::min(files_a_look, seen_.size());
  bool found = false;
  for (std::size_t i = 0; i < count && !found; i++) {
    const auto& seen = seen_[next_];
    found = stamp_at(tree_ / seen.path) != seen.stamp;
    next_ = (next_ + 1) % seen_.size();
  }
  return found;
}

}  // namespace sidekick::git_sync
