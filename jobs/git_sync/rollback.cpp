#include "git_sync/rollback.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <string>
#include <system_error>

#include "sidekick/error.hpp"
#include "sidekick/files.hpp"

namespace sidekick::git_sync {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t max_commits = 1000;
constexpr NewFile how{.mask = NewFile::Mask::ignored};

fs::path hold_file(const fs::path& git_dir) {
  return git_dir / "sidekick-hold" / "commit";
}

std::vector<ObjectId> ids_in(const fs::path& file) {
  std::vector<ObjectId> out;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);)
    if (const auto id = ObjectId::parse(line)) out.push_back(*id);
  return out;
}

std::optional<ObjectId> id_in(const fs::path& file) {
  const auto ids = ids_in(file);
  return ids.empty() ? std::nullopt : std::optional(ids.front());
}

void write_ids(const fs::path& file, const std::vector<ObjectId>& ids) {
  std::string text;
  for (const auto& id : ids) text += id.hex() + "\n";
  replace_file(file, text, how);
}

}  // namespace

History::History(const fs::path& root) : git_dir_(root / ".git") {
  std::error_code error;
  if (!fs::is_directory(git_dir_, error))
    throw Error(ErrorKind::no_input, "'" + root.string() + "' is not the root of git-sync",
                "name the folder that git-sync was given as --root");
}

std::vector<ObjectId> History::commits() const {
  return ids_in(git_dir_ / "sidekick-history");
}

void History::published(const ObjectId& commit) {
  auto ids = commits();
  if (!ids.empty() && ids.back() == commit) return;
  std::erase(ids, commit);
  ids.push_back(commit);
  if (ids.size() > max_commits) ids.erase(ids.begin());
  write_ids(git_dir_ / "sidekick-history", ids);
}

std::optional<ObjectId> History::held() const {
  return id_in(hold_file(git_dir_));
}

void History::hold(const ObjectId& commit) {
  write_ids(hold_folder() / "commit", {commit});
}

void History::release() {
  std::error_code error;
  fs::remove(hold_file(git_dir_), error);
  if (error) throw error_from_errno("cannot remove '" + hold_file(git_dir_).string() + "'", error.value());
}

std::optional<ObjectId> History::shown() const {
  return id_in(git_dir_ / "sidekick-shown");
}

void History::show(const ObjectId& commit) {
  if (shown() != commit) write_ids(git_dir_ / "sidekick-shown", {commit});
}

fs::path History::hold_folder() const {
  auto folder = hold_file(git_dir_).parent_path();
  std::error_code error;
  // Who may write to the repository may hold a tree.
  if (fs::create_directory(folder, error)) fs::permissions(folder, fs::status(git_dir_).permissions(), error);
  if (error) throw error_from_errno("cannot make folder '" + folder.string() + "'", error.value());
  return folder;
}

ObjectId roll_back(const fs::path& root) {
  History history(root);
  const auto commits = history.commits();
  const auto held = history.held();
  const auto now = held ? std::ranges::find(commits, *held) : commits.empty() ? commits.end() : commits.end() - 1;
  for (auto at = now; at != commits.begin();) {
    --at;
    std::error_code error;
    if (!fs::is_directory(root / ".worktrees" / at->hex(), error)) continue;
    history.hold(*at);
    return *at;
  }
  throw Error(ErrorKind::no_input, "there is no tree before the one that is published in '" + root.string() + "'",
              "--keep-trees=N keeps the last N");
}

bool resume(const fs::path& root) {
  History history(root);
  const bool was_held = history.held().has_value();
  history.release();
  return was_held;
}

FolderWatch::FolderWatch(const fs::path& folder) : fd_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
  constexpr std::uint32_t changes = IN_MOVED_TO | IN_DELETE;
  if (fd_ && ::inotify_add_watch(fd_.get(), folder.c_str(), changes) < 0) fd_.reset();
}

void FolderWatch::drain() noexcept {
  std::array<char, 4096> events{};
  while (fd_ && ::read(fd_.get(), events.data(), events.size()) > 0) {
  }
}

}  // namespace sidekick::git_sync
