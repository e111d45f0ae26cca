#include "git_sync/publish/linked_layout.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "git_sync/publish/confined_folder.hpp"

namespace sidekick::git_sync {

namespace fs = std::filesystem;

namespace {

fs::path resolved(const fs::path& path) {
  std::error_code error;
  auto out = fs::weakly_canonical(path, error);
  return error ? path : out;
}

}  // namespace

LinkedLayout::LinkedLayout(const LinkedTarget& target, const fs::path& git_dir)
    : link_(resolved(target.link.parent_path()) / target.link.filename()),
      git_dir_(resolved(git_dir)),
      worktrees_(resolved(target.root) / ".worktrees") {}

std::optional<ObjectId> LinkedLayout::linked_commit() const {
  std::error_code error;
  const auto target = fs::read_symlink(link_, error);
  if (error) return {};
  const auto commit = ObjectId::parse(target.filename().string());
  if (!commit) return {};
  struct stat led{};
  struct stat expected{};
  if (::stat(link_.c_str(), &led) != 0 || ::lstat(worktree(*commit).c_str(), &expected) != 0) return {};
  const bool same = led.st_dev == expected.st_dev && led.st_ino == expected.st_ino && S_ISDIR(expected.st_mode);
  return same ? commit : std::nullopt;
}

void LinkedLayout::point_link_at(const ObjectId& commit, mode_t folder_mode) const {
  const auto folder = link_.parent_path();
  make_folders(folder, folder_mode);
  struct stat status{};
  if (::lstat(link_.c_str(), &status) == 0 && !S_ISLNK(status.st_mode))
    throw Error(ErrorKind::config, "cannot make the link '" + link_.string() + "': something else has that name",
                "remove it, or name another --link");
  const auto target = worktree(commit).lexically_relative(folder);
  const auto temporary = folder / (std::string(temporary_prefix) + link_.filename().string());
  ::unlink(temporary.c_str());
  if (::symlink(target.c_str(), temporary.c_str()) != 0 || ::rename(temporary.c_str(), link_.c_str()) != 0)
    throw path_error("write link", link_.string(), errno);
  sync_folder(folder);
}

void exchange_folders(const fs::path& from, const fs::path& to, const fs::path& aside) {
  const auto move = [](const fs::path& a, const fs::path& b) {
    return ::rename(a.c_str(), b.c_str()) == 0 ? 0 : errno;
  };
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE) != 0) {
    std::error_code ignored;
    fs::remove_all(aside, ignored);
    if (const int failure = move(to, aside); failure != 0 && failure != ENOENT)
      throw path_error("move", to.string(), failure);
    if (const int failure = move(from, to)) throw path_error("move", from.string(), failure);
  }
  sync_folder(to.parent_path());
}

}  // namespace sidekick::git_sync
