#include <algorithm>
#include <array>

#include "agent/cli/common_settings.hpp"
#include "agent/cli/http_endpoints.hpp"
#include "agent/cli/wait/settings.hpp"

namespace sidekick::cli {

using config::Arity;
using config::Secrecy;
using config::Setting;

namespace {

constexpr std::string_view what = "What to wait for";
constexpr std::string_view http = "http and https";

std::vector<Setting> waiting() {
  return {
      {.name = "url",
       .value_name = "URL",
       .help = "another target to wait for, in addition to the arguments; --url-file keeps a password in it out of the "
               "process list. Several are separated by line breaks or commas",
       .group = what,
       .arity = Arity::repeated,
       .secrecy = Secrecy::url,
       .list = config::List::whole},
      {.name = "any", .help = "one target is enough", .group = what, .arity = Arity::flag},
      {.name = "invert", .help = "wait until the targets are gone", .group = what, .arity = Arity::flag},
      {.name = "stable",
       .value_name = "DURATION",
       .help = "how long each target must stay available before it counts; all of them must be so at the same time",
       .group = what,
       .fallback = "0s"},
      {.name = "timeout",
       .value_name = "DURATION",
       .help = "how long to wait; then the exit code is 124, and the command does not run; 0 waits for ever",
       .group = what,
       .fallback = "60s"},
      {.name = "look-timeout",
       .value_name = "DURATION",
       .help = "time limit for one check of one target",
       .group = what,
       .fallback = "5s"},
      {.name = "init",
       .help = "do not become the command, but run it as sidekick run does: forward signals, reap orphans, end with "
               "its exit code",
       .group = what,
       .arity = Arity::flag},
  };
}

std::vector<Setting> asking() {
  return {
      {.name = "expect-status",
       .value_name = "N",
       .help = "a status that the answer may have; 200 to 399 unless given",
       .group = http,
       .arity = Arity::repeated},
      {.name = "expect-body", .value_name = "TEXT", .help = "text that the answer must contain", .group = http},
      {.name = "header",
       .value_name = "NAME: VALUE",
       .help = "a header to send",
       .group = http,
       .arity = Arity::repeated,
       .secrecy = Secrecy::secret,
       .list = config::List::whole},
      {.name = "ca-file",
       .value_name = "FILE",
       .help = "certificates of the authorities to trust, instead of those of the system",
       .group = http},
      {.name = "insecure",
       .help = "do not verify certificates: anyone on the path can answer",
       .group = http,
       .arity = Arity::flag},
  };
}

/// Waiting has no attempts, so of the common settings only those of the process and its output apply.
std::vector<Setting> common_part() {
  constexpr std::array<std::string_view, 8> left_out{"retry-for",  "retries", "timeout", "attempt-timeout",
                                                     "lost-after", "park",    "settle",  "dry-run"};
  auto settings = common_settings();
  std::erase_if(settings,
                [&](const Setting& setting) { return std::ranges::find(left_out, setting.name) != left_out.end(); });
  return settings;
}

}  // namespace

config::Schema wait_schema() {
  config::Schema schema{
      .command = "wait",
      .summary = "Waits for servers, files and names; then exits, or becomes the command after --.",
      .arguments = "URL... [-- COMMAND [ARG...]]",
      .description =
          "A target is available when: tcp://host:port or unix:///path accepts a connection; http:// or https:// "
          "answers with a good status; mongodb:// has a writable primary (?expect=secondary or any) and, where the URL "
          "holds a user, accepts the login (one that is refused for 15 s ends with 77), with ?seed=NAME when sidekick "
          "seed has put its content in place (&label=LABEL or &sha256=HASH: that content; the login may become valid "
          "later); postgres://, mysql://, "
          "redis:// or amqp:// says in its first answer that it serves (without a login, so a wrong password in the "
          "URL is not noticed); file:///path exists (?nonempty, ?newer-than=/path); dns://name has an address.\n\nAll "
          "targets are checked at the same time, again after 50 ms and then less and less often, up to once a second. "
          "When all are available, wait becomes the command by exec: no extra process stays. When time runs out it "
          "exits with 124 and names each missing target with the reason.",
      .settings = waiting(),
      .file_keys = {},
      .first = {"url", "any", "invert", "stable", "timeout", "init", "expect-status", "expect-body", "header",
                "ca-file"},
      .exit_codes =
          "0 all are available, 124 out of time, 64 usage, 66 no input, 70 bug, 74 input or output, 77 denied, 78 "
          "configuration, 128+n stopped by signal n. With a command after --, that of the command once it runs; 126 "
          "not executable, 127 not found."};
  for (auto part : {asking(), common_part()}) schema.settings.insert(schema.settings.end(), part.begin(), part.end());
  schema.settings.push_back(http_setting("HTTP"));
  return schema;
}

}  // namespace sidekick::cli
