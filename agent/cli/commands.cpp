#include "agent/cli/commands.hpp"

#include "agent/cli/backup/command.hpp"
#include "agent/cli/backup/schema.hpp"
#include "agent/cli/git_sync/command.hpp"
#include "agent/cli/git_sync/schema.hpp"
#include "agent/cli/meta/commands.hpp"
#include "agent/cli/meta/healthcheck_command.hpp"
#include "agent/cli/mongo/dump_command.hpp"
#include "agent/cli/mongo/dump_schema.hpp"
#include "agent/cli/mongo/restore_command.hpp"
#include "agent/cli/mongo/restore_schema.hpp"
#include "agent/cli/mongo/verify_command.hpp"
#include "agent/cli/run/command.hpp"
#include "agent/cli/run/schema.hpp"
#include "agent/cli/wait/command.hpp"
#include "agent/cli/wait/schema.hpp"

namespace sidekick::cli {

namespace {

constexpr std::array<Command, 11> table{{
    {"git-sync", "", "keeps a folder at a git ref; flags and rules of kubernetes/git-sync", run_git_sync,
     git_sync_schema},
    {"restore", "mongorestore", "puts a dump into a MongoDB; flags and rules of mongorestore", run_restore,
     restore_schema},
    {"dump", "mongodump", "writes a dump of a MongoDB; flags and rules of mongodump", run_dump, dump_schema},
    {"backup", "", "takes backups that are proven, and keeps the right ones", run_backup, backup_schema},
    {"verify", "", "proves an archive, a dump folder or a backup whole, without a server", run_verify, verify_schema},
    {"run", "", "runs a command to completion: waits for what it needs, tries again, limits its time", run_command,
     command_schema},
    {"wait", "", "waits for servers, files and names, then ends or becomes the command behind --", run_wait,
     wait_schema},
    {"healthcheck", "", "asks a sidekick that runs in this container whether it is well: 0, or 1", run_healthcheck,
     healthcheck_schema},
    {"completion", "", "prints a script that completes commands and flags: sidekick completion bash", run_completion,
     nullptr},
    {"help", "", "prints this list, or the help of a command: sidekick help restore", run_help, nullptr},
    {"version", "", "prints the version", run_version, nullptr},
}};

}  // namespace

std::span<const Command> commands() {
  return table;
}

const Command* find_command(std::string_view word) {
  if (const auto slash = word.rfind('/'); slash != std::string_view::npos) word.remove_prefix(slash + 1);
  for (const auto& command : table)
    if (command.name == word || (!command.peer.empty() && command.peer == word)) return &command;
  return nullptr;
}

std::vector<std::string_view> command_names() {
  std::vector<std::string_view> names;
  for (const auto& command : table) {
    names.push_back(command.name);
    if (!command.peer.empty()) names.push_back(command.peer);
  }
  return names;
}

}  // namespace sidekick::cli
