#include <algorithm>
#include <cctype>
#include <optional>
#include <system_error>

#include "git_sync/publish/root.hpp"
#include "git_sync/publish/root_detail.hpp"
#include "git_sync/publish/state_folder.hpp"
#include "git_sync/store/libgit2.hpp"
#include "sidekick/error.hpp"
#include "sidekick/secret.hpp"

namespace sidekick::git_sync {

namespace fs = std::filesystem;

namespace {

/// remote.origin.url of the repository itself, regardless of the configuration of the user.
std::optional<std::string> origin_of(const fs::path& git_dir) {
  use_libgit2();
  git_config* raw = nullptr;
  if (git_config_open_ondisk(&raw, (git_dir / "config").c_str()) != 0) return std::nullopt;
  const ConfigHandle config(raw);
  git_config* frozen = nullptr;
  if (git_config_snapshot(&frozen, config.get()) != 0) return std::nullopt;
  const ConfigHandle snapshot(frozen);
  const char* url = nullptr;
  if (git_config_get_string(&url, snapshot.get(), "remote.origin.url") != 0) return std::nullopt;
  return url;
}

/// The part of a URL that identifies the repository.
std::string bare_name(std::string_view url) {
  constexpr std::string_view local = "file://";
  if (url.starts_with(local)) url.remove_prefix(local.size());
  std::string scheme;
  if (const auto at = url.find("://"); at != url.npos) {
    scheme = url.substr(0, at + 3);
    url.remove_prefix(at + 3);
  }
  const auto host_end = std::min(url.find(scheme.empty() ? ':' : '/'), url.size());
  const bool has_host = !scheme.empty() || (host_end < url.size() && url.find('/') > host_end);
  std::string host;
  if (has_host) {
    host = url.substr(0, host_end);
    if (const auto at = host.rfind('@'); at != host.npos) host.erase(0, at + 1);
    url.remove_prefix(host_end);
  }
  while (url.ends_with('/')) url.remove_suffix(1);
  if (url.ends_with(".git")) url.remove_suffix(4);
  while (url.ends_with('/')) url.remove_suffix(1);
  std::string name = scheme + host;
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name.append(url);
}

[[noreturn]] void throw_other_git(const fs::path& folder, const std::string& why) {
  throw Error(ErrorKind::config, "cannot publish in '" + folder.string() + "': its .git " + why,
              "remove that .git if its history is not needed, or publish in another folder");
}

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(fs::symlink_status(path, error));
}

bool has_origin(const fs::path& git, const std::string& remote_url) {
  const auto origin = origin_of(git);
  return origin && same_repository(*origin, remote_url);
}

[[noreturn]] void throw_other_origin(const fs::path& folder, const std::string& remote_url) {
  const auto origin = origin_of(folder / ".git");
  if (!origin) throw_other_git(folder, "has no remote called origin");
  throw_other_git(folder, "is of '" + redact_url(*origin) + "' and not of '" + redact_url(remote_url) + "'");
}

fs::path named_git_dir(const fs::path& git_dir) {
  std::error_code error;
  if (fs::exists(git_dir, error) && !fs::is_empty(git_dir, error) && !opens_as_repository(git_dir))
    throw Error(ErrorKind::config, "cannot keep objects in '" + git_dir.string() + "': it is not a git repository",
                "name an empty folder, or one that does not exist yet");
  return git_dir;
}

/// Which of the cases applies: see prepare_root().
fs::path choose_git_dir(const InPlaceTarget& target, const std::string& remote_url, Log& log) {
  const auto folder = make_folder(target.folder);
  const auto state = make_state_folder(folder);
  if (!target.git_dir.empty()) return named_git_dir(target.git_dir);
  auto git = folder / ".git";
  if (is_there(state.git) || !is_there(git)) return state.git;
  std::error_code error;
  if (fs::symlink_status(git, error).type() != fs::file_type::directory)
    throw_other_git(folder, "leads to a repository elsewhere");
  if (!opens_as_repository(git)) {
    log.warn("ignoring a .git that cannot be opened", {{"path", git.native()}});
    return state.git;
  }
  if (!has_origin(git, remote_url)) {
    // We published here before: the repository has moved to another URL, and the content of .git is not ours to change.
    if (is_there(state.record)) return state.git;
    throw_other_origin(folder, remote_url);
  }
  if (!is_there(state.record)) log.info("taking over the repository of the folder", {{"path", git.native()}});
  return git;
}

}  // namespace

bool same_repository(std::string_view a, std::string_view b) {
  return bare_name(a) == bare_name(b);
}

fs::path prepare_root(const InPlaceTarget& target, const std::string& remote_url, Log& log) {
  auto git_dir = choose_git_dir(target, remote_url, log);
  make_readable(git_dir, log);
  const StateFolder state(make_folder(target.folder));
  // The folder holds only our files, and the record beside it names them.
  if (git_dir == state.git && is_there(git_dir) && !opens_as_repository(git_dir)) {
    log.warn("deleting a repository that cannot be opened", {{"path", git_dir.native()}});
    std::error_code error;
    fs::remove_all(git_dir, error);
    if (error) throw error_from_errno("cannot remove '" + git_dir.string() + "'", error.value());
  }
  return git_dir;
}

}  // namespace sidekick::git_sync
