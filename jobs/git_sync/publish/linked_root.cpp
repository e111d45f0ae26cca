#include <algorithm>
#include <system_error>
#include <vector>

#include "git_sync/publish/root.hpp"
#include "git_sync/publish/root_detail.hpp"
#include "git_sync/publish/state_folder.hpp"
#include "sidekick/error.hpp"

namespace sidekick::git_sync {

namespace fs = std::filesystem;

namespace {

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> out;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) out.push_back(*it);
  if (error) throw error_from_errno("cannot read folder '" + folder.string() + "'", error.value());
  std::ranges::sort(out);
  return out;
}

void remove_whole(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) throw error_from_errno("cannot remove '" + path.string() + "'", error.value());
}

bool is_folder(const fs::path& path) {
  std::error_code error;
  return fs::symlink_status(path, error).type() == fs::file_type::directory;
}

/// True for `path` itself and for the topmost folder on the way from the root to it.
bool leads_to(const fs::path& entry, const fs::path& path) {
  const auto below = path.lexically_normal().lexically_relative(entry);
  return !path.empty() && !below.empty() && *below.begin() != "..";
}

/// The names in the root that are neither ours nor disposable.
std::vector<std::string> foreign_names(const fs::path& root, const LinkedTarget& target,
                                       std::span<const fs::path> also_ours) {
  auto entries = entries_of(root);
  std::erase_if(entries, [&](const fs::path& entry) {
    const auto name = entry.filename();
    if (name == "lost+found" || name == ".sidekick.lock" || name == ".git" || name == ".worktrees") return true;
    // The settings name paths below the root as the user wrote it.
    const auto given = target.root.lexically_normal() / name;
    const auto ours = [&](const fs::path& path) { return leads_to(entry, path) || leads_to(given, path); };
    return ours(target.link) || std::ranges::any_of(also_ours, ours);
  });
  std::vector<std::string> names;
  names.reserve(entries.size());
  for (const auto& entry : entries) names.push_back(entry.filename().string());
  return names;
}

[[noreturn]] void throw_not_ours(const fs::path& root, const std::vector<std::string>& foreign) {
  throw Error(ErrorKind::config, "cannot use '" + root.string() + "' as the root: it holds " + name_some(foreign),
              "name an empty folder, or a new one inside it; --empty-root deletes what is there");
}

/// Empties `git` except for what the visible tree and a rollback need, and removes the other trees.
void discard_repository(const fs::path& root, const LinkedTarget& target) {
  const auto shown = published_commit(target);
  const std::string kept = shown ? shown->hex() : std::string();
  const auto stays = [](const fs::path& path) {
    const auto name = path.filename();
    return (name == "worktrees" && is_folder(path)) || name == "sidekick-hold" || name == "sidekick-history";
  };
  for (const auto& path : entries_of(root / ".git"))
    if (!stays(path)) remove_whole(path);
  for (const auto& folder : {root / ".git" / "worktrees", root / ".worktrees"}) {
    if (!is_folder(folder)) continue;
    for (const auto& path : entries_of(folder))
      if (path.filename() != kept) remove_whole(path);
  }
}

}  // namespace

fs::path prepare_root(const LinkedTarget& target, Log& log, std::span<const fs::path> also_ours) {
  const auto root = make_folder(target.root, folder_mode(target.access));
  auto git = root / ".git";
  std::error_code error;
  bool has_git = fs::exists(fs::symlink_status(git, error));
  const bool ours = is_folder(git) && is_folder(root / ".worktrees");
  if (!ours) {
    auto foreign = foreign_names(root, target, also_ours);
    if (has_git && (!foreign.empty() || !is_folder(git))) foreign.insert(foreign.begin(), ".git");
    if (!foreign.empty() && target.foreign_files == LinkedTarget::ForeignFiles::refuse) throw_not_ours(root, foreign);
    if (!foreign.empty())
      log.warn("emptying the root: it holds files of others", {{"path", root.native()}, {"names", name_some(foreign)}});
    for (const auto& name : foreign) remove_whole(root / name);
  }
  has_git = fs::exists(fs::symlink_status(git, error));
  if (has_git) make_readable(git, log);
  if (has_git && !opens_as_repository(git)) {
    log.warn("deleting a repository that cannot be opened", {{"path", git.native()}});
    discard_repository(root, target);
  }
  return git;
}

}  // namespace sidekick::git_sync
