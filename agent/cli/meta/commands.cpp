#include "agent/cli/meta/commands.hpp"

#include "agent/cli/backup/admin_command.hpp"
#include "agent/cli/dispatch.hpp"
#include "agent/cli/git_sync/rollback_command.hpp"
#include "agent/cli/output.hpp"
#include "agent/cli/seed/admin_command.hpp"
#include "agent/config/describe.hpp"
#include "sidekick/error.hpp"

namespace sidekick::cli {

namespace {

bool asks_for_help(const Invocation& invocation) {
  return invocation.words == std::vector<std::string>{"--help"} || invocation.words == std::vector<std::string>{"-h"};
}

}  // namespace

std::string overview() {
  std::string out =
      "Usage: sidekick COMMAND [flags]\n\n"
      "Does the chores around a service in a container stack, and ends as the orchestrator expects.\n\n"
      "Commands:\n";
  for (const auto* command : commands()) {
    std::string names(command->name);
    if (!command->peer.empty()) names.append(", ").append(command->peer);
    names.resize(std::max<std::size_t>(names.size() + 2, 26), ' ');
    out.append("  ").append(names).append(command->summary).append("\n");
  }
  return out +
         "\n'sidekick COMMAND --help' shows the flags of a command that most users need, --help-all all of them.\n";
}

std::string version_text() {
  return "sidekick " SIDEKICK_VERSION "\n";
}

std::optional<std::string> answer(const config::Schema& schema, const std::function<bool(std::string_view)>& is_given) {
  if (is_given("help-all")) return config::help(schema, config::Extent::all);
  if (is_given("help")) return config::help(schema, config::Extent::first);
  if (is_given("man")) return config::man_page(schema, SIDEKICK_VERSION);
  if (is_given("version")) return version_text();
  return std::nullopt;
}

int run_help(const Invocation& invocation) {
  if (invocation.words.empty() || asks_for_help(invocation)) {
    write_out(overview());
    return 0;
  }
  const auto* command = find_command(invocation.words.front());
  if (!command) throw unknown_command(invocation.words.front());
  if (command->schema && invocation.words.size() > 1) {
    Invocation asked{{invocation.words.begin() + 1, invocation.words.end()}, {}};
    asked.words.emplace_back("--help");
    return run(*command, std::move(asked));
  }
  write_out(command->schema ? config::help(command->schema(), config::Extent::first)
                            : std::string(command->summary) + "\n");
  return 0;
}

int run_version(const Invocation&) {
  write_out(version_text());
  return 0;
}

namespace {

int run_completion(const Invocation& invocation) {
  if (asks_for_help(invocation)) return run_help({{"completion"}, {}});
  if (invocation.words != std::vector<std::string>{"bash"})
    throw Error(ErrorKind::usage, "completion needs the name of a shell",
                "only bash is supported: sidekick completion bash");
  std::vector<std::string> names;
  std::vector<config::Schema> schemas;
  for (const auto* command : commands()) {
    names.emplace_back(command->name);
    if (!command->peer.empty()) names.emplace_back(command->peer);
    if (!command->schema) continue;
    schemas.push_back(command->schema());
    if (command->peer.empty()) continue;
    schemas.push_back(command->schema());
    schemas.back().command = command->peer;
  }
  for (auto& schema : backup_admin_schemas()) schemas.push_back(std::move(schema));
  for (auto& schema : git_sync_admin_schemas()) schemas.push_back(std::move(schema));
  for (auto& schema : seed_admin_schemas()) schemas.push_back(std::move(schema));
  write_out(config::bash_completion(names, schemas));
  return 0;
}

}  // namespace

const Command completion_command{
    .name = "completion",
    .peer = "",
    .summary = "prints a script that completes commands and flags: sidekick completion bash",
    .run = run_completion,
};

const Command help_command{
    .name = "help",
    .peer = "",
    .summary = "prints this list, or the help of a command: sidekick help restore",
    .run = run_help,
};

const Command version_command{.name = "version", .peer = "", .summary = "prints the version", .run = run_version};

}  // namespace sidekick::cli
