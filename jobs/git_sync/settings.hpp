/// All settings of a git-sync job.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sidekick/http_client.hpp"
#include "sidekick/secret.hpp"
#include "sidekick/ssh_settings.hpp"

namespace sidekick::git_sync {

/// A user and password for the remotes whose URL has the same scheme, host and port. The file, if any, is read again at
/// each use, up to its first newline.
struct Credential {
  std::string url;
  std::string username;
  Secret password;
  std::string password_file;
};

struct GithubApp {
  std::string base_url = "https://api.github.com/";
  std::string application_id;  ///< or client_id
  std::string client_id;
  std::string installation_id;
  Secret private_key;  ///< PEM
  std::string private_key_file;
};

/// A file of logins that other tools keep. A usual one may be missing or unreadable, which is as if it were empty.
struct LoginFile {
  std::string path{};  ///< empty: none
  enum class Origin { usual, named } origin = Origin::usual;
};

/// A URL that begins with `from` is reached at the URL with `to` in its place, as git's url.*.insteadOf has it.
struct UrlRewrite {
  std::string from;
  std::string to;
};

/// A setting of git's http.URL.*: for the URLs that `url` fits.
struct HttpRule {
  enum class Name { ca_file, verify, certificate_file, key_file, proxy, extra_header } name = Name::extra_header;
  std::string url;
  std::string
      value;  ///< of `verify`: "true" or "false"; of `extra_header`: "NAME: VALUE", or empty, which drops those before
};

/// Whether a transport may be used, as git's protocol.*.allow has it. `user`: not for a submodule.
enum class TransportRule { always, user, never };

/// What a remote may make us keep in memory.
struct RemoteLimits {
  std::size_t max_listing_bytes = std::size_t{10} << 20U;  ///< of a list of refs
  std::uint64_t max_pack_objects = 20'000'000;
};

/// One remote repository, and how to authenticate.
struct RemoteSettings {
  std::string url;  ///< https, http, ssh, git, file, a path, or user@host:path
  std::vector<Credential> credentials{};
  std::string askpass_url{};  ///< answers `username=` and `password=` lines; empty: none
  std::string cookie_file{};  ///< in Netscape format; empty: none
  std::optional<GithubApp> github_app{};
  SshSettings ssh{};
  HttpSettings http{};
  RemoteLimits limits{};
  std::vector<HttpHeader> extra_headers{};
  LoginFile netrc{};
  LoginFile git_credentials{};
  std::vector<UrlRewrite> rewrites{};
  std::vector<HttpRule> http_rules{};
  std::map<std::string, TransportRule, std::less<>> transports{};  ///< by name, "file" or "https"; "" for all others
  /// The remote to which askpass URL, GitHub App and extra headers belong; empty: `url`. A submodule is elsewhere.
  std::string home_url{};
};

/// Published by a link in `root` to one worktree per commit, as kubernetes/git-sync does.
struct LinkedTarget {
  std::filesystem::path root;
  std::filesystem::path link;  ///< absolute
  std::chrono::milliseconds stale_timeout{0};
  enum class Unchanged {
    copy,
    hard_link
  } unchanged = Unchanged::copy;  ///< files of the previous tree; copy: a reflink where supported
  enum class Access { owner_writes, group_writes } access = Access::owner_writes;
  enum class ForeignFiles { refuse, remove } foreign_files = ForeignFiles::refuse;  ///< of others, in the root
  std::size_t keep_trees = 0;  ///< old trees that stay, the newest ones, whatever the timeout
};

/// Published inside a folder that others have mounted already.
struct InPlaceTarget {
  std::filesystem::path folder;
  std::filesystem::path git_dir;  ///< empty: below folder/.sidekick, or folder/.git of the same origin
  enum class DeleteOrder { last, first } delete_order = DeleteOrder::last;
  /// Where git has a file, and another that never came from git is there.
  enum class FilesInTheWay { keep, replace } files_in_the_way = FilesInTheWay::keep;
};

enum class Submodules { recursive, shallow, off };

struct ExecHook {
  std::vector<std::string> argv;
  std::vector<std::string> environment;  ///< "NAME=value", to which the hook's own are added
  std::chrono::milliseconds timeout{30'000};
  std::chrono::milliseconds backoff{3'000};
  std::optional<mode_t> umask{};  ///< of the command; empty: ours
};

struct Webhook {
  std::string url;
  std::string method = "POST";
  int success_status = 200;  ///< 0: any status
  std::chrono::milliseconds timeout{1'000};
  std::chrono::milliseconds backoff{3'000};
  HttpSettings http;
};

/// A signal to a neighbour in the same process namespace after each publication.
struct PostSyncSignal {
  int number = 0;
  std::string target;  ///< the name of a process, or with a slash the path of a file that holds its id
};

/// A command that inspects a new tree before it is published and may reject it.
struct GateSettings {
  std::vector<std::string> argv;
  std::vector<std::string> environment;
  std::chrono::milliseconds timeout{30'000};
  std::optional<mode_t> umask{};
};

enum class GarbageCollection { when_wasteful, always, never };

struct Settings {
  RemoteSettings remote;
  std::string ref = "HEAD";  ///< branch, tag, full or short hash, HEAD, or a full name refs/…
  int depth = 1;             ///< 0: the whole history
  std::string filter;        ///< of a partial clone of the main repository, as ObjectFilter reads it; empty: none
  Submodules submodules = Submodules::recursive;
  std::string subdir;                 ///< the published folder of the repository; empty: all of it
  std::filesystem::path sparse_file;  ///< sparse patterns of published files; absolute; empty: none
  std::variant<LinkedTarget, InPlaceTarget> target;
  std::chrono::milliseconds period{10'000};
  std::chrono::milliseconds init_period{0};  ///< until the first success; 0: period
  double jitter = 0;                         ///< random share of the period that is added or subtracted, 0 to 1
  std::chrono::milliseconds check_period{600'000};
  std::optional<ExecHook> exec_hook;
  std::optional<ExecHook> pre_publish_hook;  ///< linked target only
  std::optional<Webhook> webhook;
  std::optional<PostSyncSignal> post_sync_signal;
  std::optional<GateSettings> gate;
  std::filesystem::path touch_file;  ///< absolute; empty: none
  std::filesystem::path error_file;  ///< absolute; empty: none
  GarbageCollection garbage_collection = GarbageCollection::when_wasteful;
  enum class HookWait { background, until_done } hook_wait = HookWait::background;  ///< until_done: one-time runs
};

LinkedTarget::Access access_of(const Settings& settings);

mode_t folder_mode(LinkedTarget::Access access);

/// The mode of the folders that are made for the linked target; empty for one in place: as the process's mask allows.
std::optional<mode_t> folder_mode(const Settings& settings);

}  // namespace sidekick::git_sync
