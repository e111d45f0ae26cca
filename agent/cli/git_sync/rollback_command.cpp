#include "agent/cli/git_sync/rollback_command.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "agent/cli/common_settings.hpp"
#include "agent/cli/meta/commands.hpp"
#include "agent/cli/output.hpp"
#include "agent/config/describe.hpp"
#include "agent/config/duration.hpp"
#include "git_sync/publish/root.hpp"
#include "git_sync/rollback.hpp"
#include "sidekick/clock.hpp"

namespace sidekick::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::array common{"print-config", "man", "help", "help-all", "version"};

config::Schema schema_of(std::string_view command, std::string_view description) {
  config::Schema schema{
      .command = command,
      .summary = "",
      .arguments = "",
      .description = description,
      .settings = {{.name = "root",
                    .value_name = "DIR",
                    .help = "the folder that git-sync publishes in",
                    .group = "Where",
                    .peer_variables = "GITSYNC_ROOT !GIT_SYNC_ROOT"},
                   {.name = "timeout",
                    .value_name = "DURATION",
                    .help = "how long to wait until the git-sync that runs there has moved the link",
                    .group = "Where",
                    .fallback = "30s"}},
      .file_keys = {},
      .first = {"root", "timeout", "help"},
      .exit_codes = "0 done, 64 usage, 66 no tree before, 74 input or output, 75 not moved in time, 77 denied."};
  for (auto& setting : common_settings())
    if (std::ranges::find(common, setting.name) != common.end()) schema.settings.push_back(setting);
  return schema;
}

config::Schema rollback_schema() {
  return schema_of("git-sync rollback",
                   "Moves the link of a linked root to the tree that was published before, and holds it there, through "
                   "restarts, until 'sidekick git-sync resume'. Again: one tree further back. --keep-trees of git-sync "
                   "says how many trees there are.");
}

config::Schema resume_schema() {
  return schema_of("git-sync resume", "Ends what 'sidekick git-sync rollback' began: the link follows the ref again.");
}

/// Moving the link is for the process that holds the root: it knows the link, checks the tree and calls the hooks.
std::string wait_until_shown(const fs::path& root, const git_sync::ObjectId& commit,
                             std::chrono::milliseconds timeout) {
  const git_sync::History history(root);
  const git_sync::LinkedTarget target{.root = root, .link = root / "link"};
  if (git_sync::RootLock::try_take(target))
    return "held at " + commit.hex() + " from the next start on: no git-sync runs there";
  const SystemClock clock;
  const auto end = clock.now() + timeout;
  while (history.shown() != commit) {
    if (clock.now() >= end)
      throw Error(ErrorKind::temporary,
                  "the git-sync that runs there has not moved the link to " + commit.hex() + " yet",
                  "it does so with its next poll; its log says what it is doing");
    ::poll(nullptr, 0, 50);
  }
  return "held at " + commit.hex();
}

fs::path root_of(const config::Values& values) {
  if (!values.given("root"))
    throw Error(ErrorKind::usage, "no root is given", "give --root=DIR or GITSYNC_ROOT, as for git-sync");
  return fs::absolute(values.text("root"));
}

void roll_back_now(const config::Values& values) {
  const auto root = root_of(values);
  const auto commit = git_sync::roll_back(root);
  const auto timeout = values.duration("timeout").value_or(std::chrono::milliseconds(0));
  write_out(wait_until_shown(root, commit, timeout) + "\n");
}

void resume_now(const config::Values& values) {
  write_out(git_sync::resume(root_of(values)) ? "following the ref again\n" : "nothing was held\n");
}

struct AdminCommand {
  std::string_view word;
  config::Schema (*schema)();
  void (*run)(const config::Values& values);
};

constexpr std::array<AdminCommand, 2> table{
    {{"rollback", rollback_schema, roll_back_now}, {"resume", resume_schema, resume_now}}};

/// In the container of a git-sync its own settings are in the environment too.
config::Environment own_part(const config::Environment& all) {
  config::Environment own;
  for (const auto* name : {"GITSYNC_ROOT", "GIT_SYNC_ROOT", "SIDEKICK_ROOT"})
    if (const auto found = all.find(name); found != all.end()) own.insert(*found);
  return own;
}

}  // namespace

std::optional<int> run_git_sync_admin(const Invocation& invocation) {
  if (invocation.words.empty()) return std::nullopt;
  const auto* const command = std::ranges::find(table, invocation.words.front(), &AdminCommand::word);
  if (command == table.end()) return std::nullopt;
  const auto schema = command->schema();
  const auto settings =
      config::resolve(schema, {invocation.words.begin() + 1, invocation.words.end()}, own_part(invocation.environment));
  auto text = answer(schema, [&](std::string_view name) { return settings.values.flag(name); });
  if (!text && settings.values.flag("print-config")) text = config::print_config(schema, settings);
  if (text)
    write_out(*text);
  else if (!settings.arguments.empty())
    throw Error(ErrorKind::usage, "unexpected argument: '" + redact_url(settings.arguments.front()) + "'");
  else
    command->run(settings.values);
  return 0;
}

std::vector<config::Schema> git_sync_admin_schemas() {
  return {rollback_schema(), resume_schema()};
}

std::vector<HttpAction> rollback_actions(const fs::path& root) {
  const auto answer_of = [](auto&& act) -> status::Response {
    try {
      return {202, act()};
    } catch (const Error& error) {
      const bool is_refused = error.kind() == ErrorKind::no_input;
      return {is_refused ? 409 : 500, error.message() + (error.hint().empty() ? "" : ": " + error.hint()) + "\n"};
    }
  };
  return {{"/rollback",
           [=] { return answer_of([&] { return "rolling back to " + git_sync::roll_back(root).hex() + "\n"; }); }},
          {"/resume", [=] {
             return answer_of([&] {
               return std::string(git_sync::resume(root) ? "following the ref again\n" : "nothing was held\n");
             });
           }}};
}

}  // namespace sidekick::cli
