#include "agent/cli/dispatch.hpp"

#include <unistd.h>

#include <cstdio>

#include "agent/cli/command_words.hpp"
#include "agent/cli/commands.hpp"
#include "agent/cli/job_command.hpp"
#include "agent/cli/meta/commands.hpp"
#include "agent/cli/output.hpp"
#include "agent/status/console_log.hpp"
#include "mongo/library.hpp"
#include "sidekick/error.hpp"
#include "sidekick/exceptions.hpp"
#include "sidekick/secret.hpp"

namespace sidekick::cli {

namespace {

int run_with(const Command& command, int argc, const char* const* argv, const char* const* environment) {
  return run(command, {{argv, argv + argc}, config::environment_of(environment)});
}

Error unknown_first_word(const std::string& word) {
  if (!word.starts_with('-')) return unknown_command(word);
  return {ErrorKind::usage,
          "unknown flag '" + redact_url(word.substr(0, word.find('='))) + "' where a command is expected",
          "the command comes first: sidekick restore " + word.substr(0, word.find('=')) + " …"};
}

/// What the compose files of git pull loops say, and nothing else.
bool asks_for_git_sync(const config::Environment& environment) {
  const auto is_set = [&](std::string_view name) {
    const auto found = environment.find(name);
    return found != environment.end() && !found->second.empty();
  };
  return is_set("REPOSITORY") && is_set("DESTINATION");
}

int select_and_run(int argc, const char* const* argv, const char* const* environment) {
  if (argc > 0)
    if (const auto* command = find_command(argv[0])) return run_with(*command, argc - 1, argv + 1, environment);
  if (argc < 2) {
    const Invocation bare{{}, config::environment_of(environment)};
    if (asks_for_git_sync(bare.environment)) return run(git_sync_command, bare);
    status::Console(STDERR_FILENO).line(overview());
    return info(ErrorKind::usage).exit_code;
  }
  const std::string word = argv[1];
  if (word == "--version") return run_version({});
  if (word == "--help" || word == "-h") return run_help({});
  if (const auto* command = find_command(word)) return run_with(*command, argc - 2, argv + 2, environment);
  throw unknown_first_word(word);
}

void log_to_console(const Error& error, int code) {
  status::Console console(STDERR_FILENO);
  status::ConsoleLog sink(console, console.is_terminal() ? status::LogFormat::text : status::LogFormat::json,
                          LogLevel::error);
  status::JobLog log(sink, "", 0);
  log.error(error.message(), {{"hint", error.hint()}, {"kind", info(error.kind()).name}, {"code", code}});
}

int report(const Error& error) {
  const int code = error.exit_code().value_or(info(error.kind()).exit_code);
  try {
    log_to_console(error, code);
  } catch (const std::exception&) {
    // The log needs a descriptor, of which there may be none.
    const auto line = "sidekick: " + error.message() + (error.hint().empty() ? "" : "; " + error.hint()) + "\n";
    (void)!::write(STDERR_FILENO, line.data(), line.size());
  }
  return code;
}

}  // namespace

int run(const Command& command, Invocation invocation) {
  if (command.subcommand)
    if (const auto code = command.subcommand(invocation)) return *code;
  if (command.run) return command.run(invocation);
  if (command.words == Command::Words::then_command) {
    auto split = split_at_command(invocation.words);
    invocation.words = std::move(split.ours);
    invocation.command = std::move(split.command);
  }
  return run_job(command, invocation);
}

int run(int argc, const char* const* argv, const char* const* environment) noexcept try {
  try {
    mongo::prepare_libraries();
    return select_and_run(argc, argv, environment);
  } catch (const Error& error) {
    return report(error);
  } catch (const std::exception& error) {
    return report(as_error(error));
  }
} catch (...) {  // not even the report could be made
  return info(ErrorKind::internal).exit_code;
}

}  // namespace sidekick::cli
