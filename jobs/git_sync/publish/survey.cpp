#include "git_sync/publish/survey.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "git_sync/publish/confined_folder.hpp"
#include "sidekick/error.hpp"
#include "sidekick/handle.hpp"

namespace sidekick::git_sync {

namespace {

constexpr int folder_flags = O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

}  // namespace

Surveyor::Surveyor(const std::filesystem::path& root)
    : root_(root.string()), root_fd_(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {
  if (!root_fd_) throw error_from_errno("cannot open folder '" + root_ + "'", errno);
}

void Surveyor::enter(const std::string& prefix) {
  const std::size_t start = steps_.empty() ? 0 : steps_.back().prefix.size();
  const int parent = steps_.empty() ? root_fd_.get() : steps_.back().fd.get();
  const auto name = prefix.substr(start, prefix.size() - start - 1);
  Fd fd(::openat(parent, name.c_str(), O_PATH | folder_flags));
  if (fd)
    steps_.push_back({prefix, Way::open, std::move(fd)});
  else if (errno == ENOENT)
    steps_.push_back({prefix, Way::missing, {}});
  else if (errno == ENOTDIR || errno == ELOOP)
    steps_.push_back({prefix, Way::blocked, {}});
  else
    throw path_error("open folder", root_ + "/" + prefix, errno);
}

void Surveyor::walk_to(const std::string& path) {
  while (!steps_.empty() && !path.starts_with(steps_.back().prefix)) steps_.pop_back();
  while (steps_.empty() || steps_.back().way == Way::open) {
    const std::size_t start = steps_.empty() ? 0 : steps_.back().prefix.size();
    const auto slash = path.find('/', start);
    if (slash == std::string::npos) return;
    enter(path.substr(0, slash + 1));
  }
}

Seen Surveyor::look(const std::string& path) {
  walk_to(path);
  Seen seen;
  const bool below = !steps_.empty();
  if (below && steps_.back().way == Way::missing) return seen;
  if (below && steps_.back().way == Way::blocked) {
    seen.blocker = steps_.back().prefix;
    seen.blocker.pop_back();
    return seen;
  }
  const int parent = below ? steps_.back().fd.get() : root_fd_.get();
  const auto name = path.substr(below ? steps_.back().prefix.size() : 0);
  struct stat status{};
  if (::fstatat(parent, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return seen;
    throw path_error("look at", root_ + "/" + path, errno);
  }
  if (S_ISDIR(status.st_mode)) {
    seen.what = Seen::What::folder;
  } else {
    seen.what = S_ISREG(status.st_mode) || S_ISLNK(status.st_mode) ? Seen::What::file : Seen::What::other;
    seen.kind = kind_of(status);
    seen.stamp = FileStamp::of(status);
  }
  return seen;
}

FolderContent Surveyor::list(const std::string& folder) {
  walk_to(folder);
  const bool below = !steps_.empty();
  FolderContent out;
  list_below(below ? steps_.back().fd.get() : root_fd_.get(), folder.substr(below ? steps_.back().prefix.size() : 0),
             folder, out);
  return out;
}

void Surveyor::list_below(int parent, const std::string& name, const std::string& path, FolderContent& out) {
  Fd fd(::openat(parent, name.c_str(), O_RDONLY | folder_flags));
  const Handle<DIR, ::closedir> entries(fd ? ::fdopendir(fd.get()) : nullptr);
  if (!entries) throw error_from_errno("cannot read folder '" + root_ + "/" + path + "'", errno);
  const int here = fd.release();
  while (const auto* entry = ::readdir(entries.get())) {
    const std::string child = static_cast<const char*>(entry->d_name);
    if (child == "." || child == "..") continue;
    struct stat status{};
    if (::fstatat(here, child.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    auto child_path = path;
    child_path.append("/").append(child);
    if (S_ISDIR(status.st_mode))
      list_below(here, child, child_path, out);
    else
      out.files.push_back(std::move(child_path));
  }
  out.folders.push_back(path);
}

}  // namespace sidekick::git_sync
