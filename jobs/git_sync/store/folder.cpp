#include "git_sync/store/folder.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

#include "git_sync/local_files.hpp"
#include "sidekick/error.hpp"

namespace sidekick::git_sync {

namespace fs = std::filesystem;

namespace {

void make_folder(const fs::path& path, fs::perms mode) {
  std::error_code error;
  if (fs::create_directories(path, error)) fs::permissions(path, mode, error);
  if (error) {
    auto failure = error_from_errno("cannot make folder '" + path.string() + "'", error.value());
    if (error.value() == ENOTDIR || error.value() == EEXIST)
      failure = Error(ErrorKind::data, "cannot make folder '" + path.string() + "': a file has that name");
    throw failure;
  }
}

// A repository that an earlier process had started when it was killed is completed; that of another owner is not.
void refuse_foreign_files(const fs::path& git_dir) {
  constexpr std::array<std::string_view, 13> ours{"HEAD",
                                                  "config",
                                                  "objects",
                                                  "refs",
                                                  "info",
                                                  "worktrees",
                                                  "modules",
                                                  "shallow",
                                                  "sidekick-source",
                                                  "sidekick-gitmodules",
                                                  "sidekick-history",
                                                  "sidekick-hold",
                                                  "sidekick-shown"};
  std::error_code error;
  for (fs::directory_iterator it(git_dir, error), end; !error && it != end; it.increment(error)) {
    const auto name = it->path().filename().string();
    if (name.starts_with(temporary_prefix) || std::ranges::find(ours, name) != ours.end()) continue;
    throw Error(ErrorKind::data, "'" + git_dir.string() + "' is not a repository, and holds '" + name + "'",
                "remove it, or name another folder");
  }
  if (error && error.value() != ENOENT)
    throw error_from_errno("cannot read folder '" + git_dir.string() + "'", error.value());
}

std::string new_config(const fs::path& git_dir, LinkedTarget::Access access) {
  const bool bare = git_dir.filename() != ".git";
  std::string text = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tlogallrefupdates = false\n";
  text += std::string("\tbare = ") + (bare ? "true\n" : "false\n");
  // A hard link made or removed elsewhere changes the ctime of a file, not the file.
  text += "\ttrustctime = false\n";
  if (access == LinkedTarget::Access::group_writes) text += "\tsharedRepository = group\n";
  return text;
}

bool is_stale(const fs::path& path) {
  const auto name = path.filename().string();
  if (name.ends_with(".lock") || name.starts_with(temporary_prefix)) return true;
  if (name.starts_with("tmp_") || name.starts_with("pack_git2") || name.starts_with(".tmp-")) return true;
  return path.extension() == ".idx" && !fs::exists(fs::path(path).replace_extension(".pack"));
}

void remove_stale_in(const fs::path& folder) {
  std::error_code ignored;
  for (fs::directory_iterator it(folder, ignored), end; !ignored && it != end; it.increment(ignored)) {
    std::error_code error;
    const auto type = it->symlink_status(error).type();
    if (!error && type != fs::file_type::directory && is_stale(it->path())) fs::remove(it->path(), error);
  }
}

void remove_stale_below(const fs::path& folder) {
  remove_stale_in(folder);
  std::error_code ignored;
  for (fs::directory_iterator it(folder, ignored), end; !ignored && it != end; it.increment(ignored)) {
    std::error_code error;
    if (it->symlink_status(error).type() == fs::file_type::directory) remove_stale_below(it->path());
  }
}

}  // namespace

void make_git_dir(const fs::path& git_dir, LinkedTarget::Access access) {
  const bool shared = access == LinkedTarget::Access::group_writes;
  const auto folder_mode = static_cast<fs::perms>(shared ? 02775 : 0755);
  if (fs::exists(git_dir / "HEAD") && fs::is_directory(git_dir / "objects") && fs::exists(git_dir / "config"))
    return make_folder(git_dir / "objects" / "pack", folder_mode);
  refuse_foreign_files(git_dir);
  for (const char* name : {"", "objects", "objects/info", "objects/pack", "refs", "refs/heads", "refs/tags", "info"})
    make_folder(*name ? git_dir / name : git_dir, folder_mode);
  const NewFile how{.mode = shared ? mode_t{0664} : mode_t{0644}, .mask = NewFile::Mask::ignored};
  replace_file(git_dir / "config", new_config(git_dir, access), how);
  // Written last: its presence means that the rest is complete.
  replace_file(git_dir / "HEAD", "ref: refs/heads/main\n", how);
}

void remove_stale_files(const fs::path& git_dir) {
  std::error_code ignored;
  fs::remove_all(git_dir / "objects" / incoming_name, ignored);
  remove_stale_in(git_dir);
  remove_stale_below(git_dir / "refs");
  remove_stale_below(git_dir / "objects");
  remove_stale_below(git_dir / "worktrees");
}

void set_pack_mode(const fs::path& pack_file) {
  if (::chmod(pack_file.c_str(), 0444) != 0) throw path_error("set the mode of", pack_file.string(), errno);
}

std::vector<ObjectId> read_shallow(const fs::path& git_dir) {
  const auto file = git_dir / "shallow";
  std::ifstream in(file);
  if (!in && errno == ENOENT) return {};
  if (!in) throw error_from_errno("cannot read '" + file.string() + "'", errno);
  std::vector<ObjectId> out;
  for (std::string line; std::getline(in, line);) {
    const auto id = ObjectId::parse(line);
    if (!id) throw Error(ErrorKind::data, "'" + file.string() + "' is damaged: '" + line + "' is not a commit");
    out.push_back(*id);
  }
  std::ranges::sort(out);
  return out;
}

void write_shallow(const fs::path& git_dir, std::vector<ObjectId> commits) {
  std::ranges::sort(commits);
  const auto repeated = std::ranges::unique(commits);
  commits.erase(repeated.begin(), repeated.end());
  const auto file = git_dir / "shallow";
  if (!commits.empty()) {
    std::string text;
    for (const auto& commit : commits) text += commit.hex() + '\n';
    replace_file(file, text, published_file);
    return;
  }
  if (::unlink(file.c_str()) == 0) {
    sync_folder(git_dir);
  } else if (errno != ENOENT) {
    throw error_from_errno("cannot remove '" + file.string() + "'", errno);
  }
}

}  // namespace sidekick::git_sync
