#include "agent/cli/git_sync/settings.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "agent/cli/child_environment.hpp"
#include "agent/cli/git_sync/schema.hpp"
#include "agent/cli/rules.hpp"
#include "git_sync/remote/object_filter.hpp"
#include "sidekick/child.hpp"
#include "sidekick/url.hpp"

namespace sidekick::cli {

using config::Values;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr auto shortest_period = 10ms;
constexpr auto shortest_hook_time = 1s;
constexpr std::chrono::milliseconds never_again = std::chrono::hours(24 * 3650);

/// A path without "." and "..", and with the links of what is there followed, where that may be looked at.
fs::path settled(const Values& values, const fs::path& path) {
  if (!values.reads_files()) return fs::absolute(path).lexically_normal();
  std::error_code unreadable;
  auto out = fs::weakly_canonical(fs::absolute(path), unreadable);
  return unreadable ? fs::absolute(path).lexically_normal() : out;
}

bool leaves(const fs::path& relative) {
  const auto normal = relative.lexically_normal();
  return !normal.empty() && *normal.begin() == "..";
}

bool is_http_url(const std::string& text) {
  try {
    const auto url = parse_url(text);
    return url.scheme == "http" || url.scheme == "https";
  } catch (const Error&) {
    return false;
  }
}

/// The last part of the URL, as its peer takes it.
std::string base_name(const std::string& url) {
  std::string_view left = url;
  while (left.ends_with('/')) left.remove_suffix(1);
  if (const auto slash = left.rfind('/'); slash != std::string_view::npos) left.remove_prefix(slash + 1);
  return std::string(left);
}

class Reader {
 public:
  Reader(const Values& values, const config::Environment& environment, GitSyncMode mode)
      : values_(values), environment_(environment), mode_(mode) {}

  git_sync::Settings read() {
    out_.ref = values_.text("ref");
    out_.depth = number("depth", 0);
    values_.judge([&] { take_choices(); });
    if (values_.find("root") || values_.find("in-place")) values_.judge([&] { take_target(); });
    values_.judge([&] { take_times(); });
    values_.judge([&] { take_hooks(); });
    return std::move(out_);
  }

 private:
  Error unfit(std::string_view name, const std::string& cause, std::string hint = {}) const {
    return unfit_value(mode_, values_, name, cause, std::move(hint));
  }

  int number(std::string_view name, int least) const {
    const auto given = values_.integer(name, std::numeric_limits<int>::min(), std::numeric_limits<int>::max());
    if (given && *given < least) values_.report(unfit(name, "less than " + std::to_string(least)));
    return given.value_or(0);
  }

  std::chrono::milliseconds time(std::string_view name, std::chrono::milliseconds least,
                                 std::string_view spoken) const {
    const auto given = values_.duration(name);
    if (given && *given < least) values_.report(unfit(name, "less than " + std::string(spoken)));
    return given.value_or(0ms);
  }

  std::string choice(std::string_view name, const std::vector<std::string_view>& allowed) const {
    auto given = values_.text(name);
    if (given.empty() || std::ranges::find(allowed, given) != allowed.end()) return given;
    const auto error = values_.bad_choice(name, allowed);
    values_.report({mode_ == GitSyncMode::linked ? ErrorKind::config : error.kind(), error.message(), error.hint()});
    return {};
  }

  void take_choices() {
    const auto submodules = choice("submodules", {"recursive", "shallow", "off"});
    if (submodules == "shallow") out_.submodules = git_sync::Submodules::shallow;
    if (submodules == "off") out_.submodules = git_sync::Submodules::off;
    const auto gc = choice("git-gc", {"auto", "always", "aggressive", "off"});
    if (gc == "off") out_.garbage_collection = git_sync::GarbageCollection::never;
    if (gc == "always" || gc == "aggressive") out_.garbage_collection = git_sync::GarbageCollection::always;
    out_.filter = values_.text("filter");
    if (!git_sync::ObjectFilter::parse(out_.filter))
      values_.report(unfit("filter", "not a filter that is supported", "use blob:none, blob:limit=N[k|m|g] or tree:0"));
    if (values_.find("sparse-checkout-file")) out_.sparse_file = fs::absolute(values_.text("sparse-checkout-file"));
    const fs::path subdir = values_.text("subdir");
    if (subdir.is_absolute() || leaves(subdir)) values_.report(unfit("subdir", "not a valid folder of a repository"));
    out_.subdir = subdir.lexically_normal().generic_string();
    while (out_.subdir.ends_with('/')) out_.subdir.pop_back();
    if (out_.subdir == ".") out_.subdir.clear();
  }

  void take_target() {
    if (mode_ == GitSyncMode::in_place) {
      take_folder();
      return;
    }
    git_sync::LinkedTarget target;
    target.root = settled(values_, values_.text("root"));
    const auto repo = values_.text("repo");
    const bool is_url = repo.find("://") != std::string::npos;
    const fs::path link = values_.find("link") ? values_.text("link") : base_name(is_url ? redact_url(repo) : repo);
    if (link.is_relative() && (leaves(link) || link.lexically_normal() == "."))
      values_.report(unfit("link", "it leads out of --root", "give a path below --root, or an absolute one"));
    target.link = (target.root / link).lexically_normal();
    target.stale_timeout = time("stale-worktree-timeout", 0ms, "nothing");
    target.keep_trees = static_cast<std::size_t>(number("keep-trees", 0));
    if (values_.flag("hard-links")) target.unchanged = git_sync::LinkedTarget::Unchanged::hard_link;
    if (values_.flag("empty-root")) target.foreign_files = git_sync::LinkedTarget::ForeignFiles::remove;
    if (values_.flag("group-write")) target.access = git_sync::LinkedTarget::Access::group_writes;
    out_.touch_file = below(target.root, "touch-file");
    out_.error_file = below(target.root, "error-file");
    out_.target = std::move(target);
  }

  fs::path below(const fs::path& root, std::string_view name) const {
    return values_.find(name) ? (root / values_.text(name)).lexically_normal() : fs::path();
  }

  void take_folder() {
    git_sync::InPlaceTarget target;
    target.folder = settled(values_, values_.text("in-place"));
    if (values_.find("git-dir")) target.git_dir = settled(values_, values_.text("git-dir"));
    if (choice("delete-order", {"last", "first"}) == "first")
      target.delete_order = git_sync::InPlaceTarget::DeleteOrder::first;
    if (values_.flag("force")) target.files_in_the_way = git_sync::InPlaceTarget::FilesInTheWay::replace;
    for (const auto name : {"touch-file", "error-file"})
      if (values_.find(name) && fs::path(values_.text(name)).is_relative())
        values_.report(unfit(name, "a relative path with --in-place", "give an absolute path outside of the folder"));
    out_.touch_file = values_.text("touch-file");
    out_.error_file = values_.text("error-file");
    out_.target = std::move(target);
  }

  void take_times() {
    out_.period = time("period", shortest_period, "10ms");
    out_.init_period = time("init-period", shortest_period, "10ms");
    (void)time("sync-timeout", shortest_period, "10ms");
    out_.check_period = time("check-period", 0ms, "nothing");
    if (out_.check_period == 0ms) out_.check_period = never_again;
    const auto share = values_.text("jitter");
    const auto [end, error] = std::from_chars(share.data(), share.data() + share.size(), out_.jitter);
    if (error != std::errc() || end != share.data() + share.size() || !(out_.jitter >= 0 && out_.jitter <= 1))
      values_.report(unfit("jitter", "not a number from 0 to 1"));
    if (values_.flag("one-time")) out_.hook_wait = git_sync::Settings::HookWait::until_done;
  }

  void take_hooks() {
    if (values_.find("exechook-command")) out_.exec_hook = exec_hook("exechook");
    if (values_.find("pre-publish-exechook-command")) out_.pre_publish_hook = exec_hook("pre-publish-exechook");
    if (values_.find("webhook-url")) take_webhook();
    if (values_.find("post-sync-signal")) take_signal();
    const auto timeout = time("gate-timeout", shortest_period, "10ms");
    if (!values_.find("gate")) return;
    out_.gate = {split_command_line(values_.text("gate")), hook_environment(), timeout, hook_umask()};
    if (out_.gate->argv.empty()) values_.report(unfit("gate", "not a command"));
  }

  /// The peer hands on its own variables, so they stay.
  std::vector<std::string> hook_environment() const {
    return child_environment(git_sync_schema(), values_, environment_, PeerSecrets::kept);
  }

  /// `name` is what the names of its settings begin with.
  git_sync::ExecHook exec_hook(const std::string& name) const {
    git_sync::ExecHook hook;
    hook.argv = {values_.text(name + "-command")};
    hook.environment = hook_environment();
    hook.timeout = time(name + "-timeout", shortest_hook_time, "1s");
    hook.backoff = time(name + "-backoff", shortest_hook_time, "1s");
    hook.umask = hook_umask();
    return hook;
  }

  /// The peer's. In place a hook has ours.
  std::optional<mode_t> hook_umask() const {
    if (mode_ == GitSyncMode::in_place) return {};
    return values_.flag("group-write") ? 0002 : 0022;
  }

  void take_signal() {
    const auto text = values_.text("post-sync-signal");
    const auto colon = std::min(text.find(':'), text.size());
    const auto number = signal_number(text.substr(0, colon));
    if (!number || colon + 1 >= text.size())
      throw unfit("post-sync-signal", "not SIGNAL:NAME or SIGNAL:PIDFILE", "an example is HUP:nginx");
    out_.post_sync_signal = {*number, text.substr(colon + 1)};
  }

  void take_webhook() {
    git_sync::Webhook hook;
    hook.url = values_.text("webhook-url");
    if (!values_.is_unread("webhook-url") && !is_http_url(hook.url))
      values_.report(unfit("webhook-url", "not an http or https URL"));
    hook.method = values_.text("webhook-method");
    const int status = number("webhook-success-status", -1);
    if (status > 999) values_.report(unfit("webhook-success-status", "not an HTTP status"));
    hook.success_status = std::max(status, 0);  // -1 is what 0 was once
    hook.timeout = time("webhook-timeout", shortest_hook_time, "1s");
    hook.backoff = time("webhook-backoff", shortest_hook_time, "1s");
    out_.webhook = std::move(hook);
  }

  const Values& values_;
  const config::Environment& environment_;
  const GitSyncMode mode_;
  git_sync::Settings out_;
};

/// What git alone is told (its variables, --git-config) says nothing of other servers.
HttpSettings webhook_http(const Values& values, const config::Environment& environment, const git_sync::Webhook& hook) {
  const auto is_ours = [&](std::string_view name) {
    return values.find(name) && !values.find(name)->origin.starts_with("GIT_SSL_");
  };
  HttpSettings out;
  if (is_ours("ca-file")) out.tls.ca_file = values.text("ca-file");
  out.tls.verify = !(is_ours("insecure") && values.flag("insecure"));
  out.proxies = proxies_from({environment.begin(), environment.end()});
  out.user_agent = "sidekick/" SIDEKICK_VERSION;
  out.connect_timeout = hook.timeout;
  out.idle_timeout = hook.timeout;
  return out;
}

}  // namespace

git_sync::Settings git_sync_settings(const config::Settings& settings, const config::Environment& environment,
                                     GitSyncMode mode, Log& log) {
  check_no_arguments(settings, "git-sync takes only flags, or rollback or resume as its first word");
  check_git_sync_rules(settings.values, mode, log);
  auto out = Reader(settings.values, environment, mode).read();
  out.remote = git_sync_remote(settings.values, environment, log);
  if (out.webhook) out.webhook->http = webhook_http(settings.values, environment, *out.webhook);
  return out;
}

fs::path error_file_of(const Values& values) {
  if (!values.find("error-file")) return {};
  return values.find("root") ? (settled(values, values.text("root")) / values.text("error-file")).lexically_normal()
                             : fs::path(values.text("error-file"));
}

}  // namespace sidekick::cli
