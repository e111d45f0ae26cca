#include "agent/cli/child_environment.hpp"
#include "agent/cli/git_sync/schema.hpp"

namespace sidekick::cli {

using config::Arity;
using config::Form;
using config::Secrecy;
using config::Setting;

namespace {

constexpr std::string_view hooks = "Hooks and gate";
constexpr std::string_view http = "HTTP";

std::vector<Setting> commands_to_call() {
  return {
      {.name = "exechook-command",
       .value_name = "PROGRAM",
       .help = "program to run in the new tree after each sync, with GITSYNC_HASH, SIDEKICK_HASH, "
               "SIDEKICK_PREVIOUS_HASH and SIDEKICK_CHANGED_PATHS; no arguments",
       .group = hooks,
       .peer_variables = "GITSYNC_EXECHOOK_COMMAND !GIT_SYNC_EXECHOOK_COMMAND",
       .form = Form::lines},
      {.name = "exechook-timeout",
       .value_name = "DURATION",
       .help = "time limit of --exechook-command, at least 1s; then it is killed with all processes that it started",
       .group = hooks,
       .fallback = "30s",
       .peer_variables = "GITSYNC_EXECHOOK_TIMEOUT !GIT_SYNC_EXECHOOK_TIMEOUT",
       .form = Form::go_duration},
      {.name = "exechook-backoff",
       .value_name = "DURATION",
       .help = "time before --exechook-command is run again after a failure, at least 1s",
       .group = hooks,
       .fallback = "3s",
       .peer_variables = "GITSYNC_EXECHOOK_BACKOFF !GIT_SYNC_EXECHOOK_BACKOFF",
       .form = Form::go_duration},
      {.name = "pre-publish-exechook-command",
       .value_name = "PROGRAM",
       .help = "program to run in the new tree when it is ready, with GITSYNC_HASH of the commit published before; no "
               "arguments; publication does not wait for it",
       .remark = "linked mode only; --gate holds a publication back",
       .group = hooks,
       .peer_variables = "GITSYNC_PRE_PUBLISH_EXECHOOK_COMMAND"},
      {.name = "pre-publish-exechook-timeout",
       .value_name = "DURATION",
       .help = "time limit of --pre-publish-exechook-command, at least 1s",
       .group = hooks,
       .fallback = "30s",
       .peer_variables = "GITSYNC_PRE_PUBLISH_EXECHOOK_TIMEOUT",
       .form = Form::go_duration},
      {.name = "pre-publish-exechook-backoff",
       .value_name = "DURATION",
       .help = "time before --pre-publish-exechook-command is run again after a failure, at least 1s",
       .group = hooks,
       .fallback = "3s",
       .peer_variables = "GITSYNC_PRE_PUBLISH_EXECHOOK_BACKOFF",
       .form = Form::go_duration},
      {.name = "post-sync-signal",
       .value_name = "SIGNAL:TARGET",
       .help =
           "signal for a process in the same process namespace after each sync, such as HUP:nginx; TARGET is the name "
           "of a process, or the path of a file that holds its id",
       .group = hooks},
      {.name = "gate",
       .value_name = "COMMAND",
       .help =
           "command with its arguments, run in each new tree before it is published; if it fails, the old tree stays",
       .group = hooks,
       .form = Form::lines},
      {.name = "gate-timeout",
       .value_name = "DURATION",
       .help = "time limit of --gate",
       .group = hooks,
       .fallback = "30s",
       .form = Form::go_duration},
      pass_environment_setting(hooks),
  };
}

std::vector<Setting> urls_to_call() {
  return {
      {.name = "webhook-url",
       .value_name = "URL",
       .help = "URL to call after each sync, with the header Gitsync-Hash",
       .group = hooks,
       .peer_variables = "GITSYNC_WEBHOOK_URL !GIT_SYNC_WEBHOOK_URL",
       .secrecy = Secrecy::url},
      {.name = "webhook-method",
       .value_name = "METHOD",
       .help = "HTTP method of the call",
       .group = hooks,
       .fallback = "POST",
       .peer_variables = "GITSYNC_WEBHOOK_METHOD !GIT_SYNC_WEBHOOK_METHOD"},
      {.name = "webhook-success-status",
       .value_name = "N",
       .help = "status that means success; 0 accepts every answer",
       .group = hooks,
       .fallback = "200",
       .peer_variables = "GITSYNC_WEBHOOK_SUCCESS_STATUS !GIT_SYNC_WEBHOOK_SUCCESS_STATUS",
       .form = Form::number},
      {.name = "webhook-timeout",
       .value_name = "DURATION",
       .help = "time limit of a call, at least 1s",
       .group = hooks,
       .fallback = "1s",
       .peer_variables = "GITSYNC_WEBHOOK_TIMEOUT !GIT_SYNC_WEBHOOK_TIMEOUT",
       .form = Form::go_duration},
      {.name = "webhook-backoff",
       .value_name = "DURATION",
       .help = "time before the next call after a failure, at least 1s",
       .group = hooks,
       .fallback = "3s",
       .peer_variables = "GITSYNC_WEBHOOK_BACKOFF !GIT_SYNC_WEBHOOK_BACKOFF",
       .form = Form::go_duration},
  };
}

std::vector<Setting> endpoints() {
  return {
      {.name = "http",
       .value_name = "[HOST:]PORT",
       .help = "serve /healthz, /readyz, /metrics and POST /sync at this address: PORT on 127.0.0.1, :PORT on every "
               "interface",
       .group = http},
      {.name = "sync-token",
       .value_name = "TOKEN",
       .help = "what POST /sync requires: as a bearer token, or as the secret of a push webhook of GitHub, GitLab or "
               "Gitea; without it the path is disabled",
       .group = http,
       .secrecy = Secrecy::secret},
      {.name = "http-bind",
       .value_name = "[HOST]:PORT",
       .help = "serve / at this address: 503 until the first sync, then 200; and /healthz, /readyz and POST /sync",
       .group = http,
       .peer_variables = "GITSYNC_HTTP_BIND !GIT_SYNC_HTTP_BIND"},
      {.name = "http-metrics",
       .help = "serve /metrics at --http-bind",
       .group = http,
       .peer_variables = "GITSYNC_HTTP_METRICS !GIT_SYNC_HTTP_METRICS",
       .arity = Arity::flag},
  };
}

}  // namespace

std::vector<Setting> git_sync_hook_settings() {
  auto out = commands_to_call();
  for (const auto& part : {urls_to_call(), endpoints()}) out.insert(out.end(), part.begin(), part.end());
  return out;
}

}  // namespace sidekick::cli
