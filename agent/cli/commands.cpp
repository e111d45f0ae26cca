#include "agent/cli/commands.hpp"

#include <array>

#include "sidekick/error.hpp"
#include "sidekick/secret.hpp"

namespace sidekick::cli {

namespace {

constexpr std::array<const Command*, 12> table{
    &git_sync_command, &restore_command, &dump_command,        &seed_command,       &backup_command, &verify_command,
    &run_command,      &wait_command,    &healthcheck_command, &completion_command, &help_command,   &version_command,
};

}  // namespace

std::span<const Command* const> commands() {
  return table;
}

const Command* find_command(std::string_view word) {
  if (const auto slash = word.rfind('/'); slash != std::string_view::npos) word.remove_prefix(slash + 1);
  for (const auto* command : table)
    if (command->name == word || (!command->peer.empty() && command->peer == word)) return command;
  return nullptr;
}

std::vector<std::string_view> command_names() {
  std::vector<std::string_view> names;
  for (const auto* command : table) {
    names.push_back(command->name);
    if (!command->peer.empty()) names.push_back(command->peer);
  }
  return names;
}

Error unknown_command(const std::string& word) {
  auto hint = config::nearest_hint(word, "", command_names());
  if (hint.empty()) hint = "'sidekick help' lists the commands";
  return {ErrorKind::usage, "unknown command '" + redact_url(word) + "'", std::move(hint)};
}

}  // namespace sidekick::cli
