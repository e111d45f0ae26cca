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
       .help = "one more thing to wait for, as if it were an argument; with --url-file a password in it stays out of "
               "the process list. Several stand on lines of their own, or between commas",
       .group = what,
       .arity = Arity::repeated,
       .secrecy = Secrecy::url,
       .list = config::List::whole},
      {.name = "any", .help = "one of them is enough", .group = what, .arity = Arity::flag},
      {.name = "invert", .help = "wait until they are gone", .group = what, .arity = Arity::flag},
      {.name = "stable",
       .value_name = "DURATION",
       .help = "each must hold for so long before it counts, and all at the same time",
       .group = what,
       .fallback = "0s"},
      {.name = "timeout",
       .value_name = "DURATION",
       .help = "how long to wait; then the exit code is 124, and the command does not run; 0 is for ever",
       .group = what,
       .fallback = "60s"},
      {.name = "look-timeout",
       .value_name = "DURATION",
       .help = "how long one look at one of them may take",
       .group = what,
       .fallback = "5s"},
      {.name = "init",
       .help = "do not become the command but run it as sidekick run does: pass on signals, collect orphans, end with "
               "its code",
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
      {.name = "expect-body", .value_name = "TEXT", .help = "a text that the answer must hold", .group = http},
      {.name = "header",
       .value_name = "NAME: VALUE",
       .help = "a header to send",
       .group = http,
       .arity = Arity::repeated,
       .secrecy = Secrecy::secret,
       .list = config::List::whole},
      {.name = "ca-file",
       .value_name = "FILE",
       .help = "certificates of the authorities to trust, in place of the system's",
       .group = http},
      {.name = "insecure",
       .help = "do not check certificates: whoever is in between can answer",
       .group = http,
       .arity = Arity::flag},
  };
}

/// Waiting has no attempts: of what is common, only what concerns the process and its output.
std::vector<Setting> common_part() {
  constexpr std::array<std::string_view, 7> left_out{"retry-for", "retries", "timeout", "attempt-timeout",
                                                     "park",      "settle",  "dry-run"};
  auto settings = common_settings();
  std::erase_if(settings,
                [&](const Setting& setting) { return std::ranges::find(left_out, setting.name) != left_out.end(); });
  return settings;
}

}  // namespace

config::Schema wait_schema() {
  config::Schema schema{
      .command = "wait",
      .summary = "Waits for servers, files and names; then ends, or becomes the command behind --.",
      .arguments = "URL... [-- COMMAND [ARG...]]",
      .description =
          "tcp://host:port and unix:///path are there when they take a connection; http:// and https:// when they "
          "answer with a good status; mongodb:// when it names a writable primary (?expect=secondary or any) and, "
          "where "
          "the URL holds a user, takes the login: one that is refused for 15 s ends with 77; "
          "postgres://, mysql://, redis:// and amqp:// when the server's first answer says that it serves: nobody logs "
          "in there, so a wrong password in such a URL is not noticed; file:///path when it exists (?nonempty, "
          "?newer-than=/path); dns://name when it has an "
          "address.\n\nLooks at all of them at once, again after 50 ms and then ever more seldom, at most once a "
          "second. When all are there it becomes the command by exec: no process stays in between. When time runs out "
          "it ends with 124 and names what is missing and why.",
      .settings = waiting(),
      .file_keys = {},
      .first = {"url", "any", "invert", "stable", "timeout", "init", "expect-status", "expect-body", "header",
                "ca-file"},
      .exit_codes =
          "0 all are there, 124 out of time, 64 usage, 66 no input, 70 bug, 74 input or output, 77 denied, 78 "
          "configuration, 128+n stopped by signal n. With a command behind --, its own from then on; 126 where it is "
          "not executable, 127 where it is not found."};
  for (auto part : {asking(), common_part()}) schema.settings.insert(schema.settings.end(), part.begin(), part.end());
  schema.settings.push_back(http_setting("HTTP"));
  return schema;
}

}  // namespace sidekick::cli
