#include <algorithm>
#include <array>

#include "git_sync/hooks/calls.hpp"
#include "sidekick/child.hpp"
#include "sidekick/error.hpp"

namespace sidekick::git_sync {

namespace {

constexpr std::size_t max_last_words_bytes = 600;

/// The peer's setting names a program, and many write a command line there.
[[noreturn]] void throw_not_run(const ExecHook& hook, const Error& error) {
  const auto& program = hook.argv.front();
  if (error.kind() == ErrorKind::no_input && program.find(' ') != std::string::npos)
    throw Error(error.kind(), "cannot run the exechook '" + program + "': it is one program, without arguments",
                "name a script that runs the command with its arguments", Retry::never);
  throw Error(error);
}

ChildResult run_hook(const ExecHook& hook, const Publication& publication, HookHash told, const CancelToken& cancel) {
  try {
    return run_child({.argv = hook.argv,
                      .folder = publication.tree.string(),
                      .environment = environment_for(hook.environment, publication, told),
                      .timeout = hook.timeout,
                      .umask = hook.umask},
                     cancel);
  } catch (const Error& error) {
    throw_not_run(hook, error);
  }
}

std::string subject(std::string_view what, const std::vector<std::string>& argv) {
  return "the " + std::string(what) + " '" + argv.front() + "'";
}

}  // namespace

std::string last_words(const std::string& output) {
  std::string_view end = output;
  while (end.ends_with('\n') || end.ends_with(' ')) end.remove_suffix(1);
  if (end.size() > max_last_words_bytes) {
    end.remove_prefix(end.size() - max_last_words_bytes);
    end.remove_prefix(std::min(end.find('\n') + 1, end.size()));  // npos + 1 is 0
  }
  std::string out(end);
  std::ranges::replace(out, '\n', ' ');
  return out;
}

std::vector<std::string> environment_for(const std::vector<std::string>& environment, const Publication& publication,
                                         HookHash told) {
  const auto hash = publication.commit.hex();
  const auto before = publication.previous ? publication.previous->hex() : std::string();
  const std::array<std::pair<std::string, std::string>, 4> ours{
      {{"GITSYNC_HASH=", told == HookHash::before ? before : hash},
       {"SIDEKICK_HASH=", hash},
       {"SIDEKICK_PREVIOUS_HASH=", before},
       {"SIDEKICK_CHANGED_PATHS=", std::to_string(publication.changed_paths)}}};
  std::vector<std::string> out;
  for (const auto& entry : environment)
    if (std::ranges::none_of(ours, [&](const auto& own) { return entry.starts_with(own.first); })) out.push_back(entry);
  for (const auto& [name, value] : ours) out.push_back(name + value);
  return out;
}

TellHook command_hook(ExecHook hook, HookHash told, Log& log) {
  return [hook = std::move(hook), told, &log](const Publication& publication, const CancelToken& cancel) {
    const auto result = run_hook(hook, publication, told, cancel);
    const auto output = last_words(result.output);
    if (!result.succeeded())
      throw Error(ErrorKind::temporary, subject("exechook", hook.argv) + " " + result.description(),
                  output.empty() ? "it printed nothing" : "it printed: " + output);
    log.info("the exechook is done", {{"command", hook.argv.front()}, {"output", output}});
  };
}

void ask_gate(const GateSettings& gate, const Publication& publication, Log& log, const CancelToken& cancel) {
  const auto result = run_child({.argv = gate.argv,
                                 .folder = publication.tree.string(),
                                 .environment = environment_for(gate.environment, publication),
                                 .timeout = gate.timeout,
                                 .umask = gate.umask},
                                cancel);
  const auto output = last_words(result.output);
  if (!result.succeeded())
    throw Error(ErrorKind::temporary,
                subject("gate", gate.argv) + " refuses " + publication.commit.hex() + ": it " + result.description(),
                output.empty() ? "it printed nothing" : "it printed: " + output);
  log.debug("the gate is open", {{"hash", publication.commit.hex()}, {"output", output}});
}

}  // namespace sidekick::git_sync
