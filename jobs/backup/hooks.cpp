#include "backup/hooks.hpp"

#include <algorithm>
#include <utility>

#include "sidekick/child.hpp"

namespace sidekick::backup {

namespace {

constexpr std::size_t max_last_words_bytes = 600;

std::string last_words(const std::string& output) {
  std::string_view end = output;
  while (end.ends_with('\n') || end.ends_with(' ')) end.remove_suffix(1);
  if (end.empty()) return "it printed nothing";
  if (end.size() > max_last_words_bytes) end.remove_prefix(end.size() - max_last_words_bytes);
  std::string out("it printed: ");
  out.append(end);
  std::ranges::replace(out, '\n', ' ');
  return out;
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs told_of(const storage::Manifest& manifest) {
  return {{"SIDEKICK_BACKUP_NAME=", manifest.name},
          {"SIDEKICK_BACKUP_JOB=", manifest.job},
          {"SIDEKICK_BACKUP_SOURCE=", manifest.source},
          {"SIDEKICK_BACKUP_KIND=", manifest.kind}};
}

std::vector<std::string> with(const std::vector<std::string>& environment, const Pairs& ours) {
  std::vector<std::string> out;
  for (const auto& entry : environment)
    if (std::ranges::none_of(ours, [&](const auto& own) { return entry.starts_with(own.first); })) out.push_back(entry);
  for (const auto& [name, value] : ours) out.push_back(name + value);
  return out;
}

ChildResult run_hook(const HookSettings& hooks, const std::vector<std::string>& argv,
                     std::vector<std::string> environment, const CancelToken& cancel) {
  return run_child({.argv = argv, .folder = {}, .environment = std::move(environment), .timeout = hooks.timeout},
                   cancel);
}

}  // namespace

std::string_view name_of(BackupEnding::Result result) noexcept {
  switch (result) {
    case BackupEnding::Result::success:
      return "success";
    case BackupEnding::Result::suspect:
      return "suspect";
    case BackupEnding::Result::failure:
      break;
  }
  return "failure";
}

std::vector<std::string> environment_for(const std::vector<std::string>& environment, const BackupEnding& ending) {
  const auto& manifest = ending.manifest;
  auto ours = told_of(manifest);
  ours.emplace_back("SIDEKICK_BACKUP_RESULT=", std::string(name_of(ending.result)));
  ours.emplace_back("SIDEKICK_BACKUP_BYTES=", std::to_string(manifest.bytes));
  ours.emplace_back("SIDEKICK_BACKUP_SHA256=", manifest.sha256);
  const std::string verified(ending.error ? "" : storage::name_of(manifest.proof));
  ours.emplace_back("SIDEKICK_BACKUP_VERIFIED=", verified);
  ours.emplace_back("SIDEKICK_BACKUP_PROOF=", verified);  // the former name
  ours.emplace_back("SIDEKICK_BACKUP_ERROR=", ending.error ? ending.error->message() : std::string());
  return with(environment, ours);
}

void run_before(const HookSettings& hooks, const storage::Manifest& manifest, const CancelToken& cancel) {
  if (hooks.before.empty()) return;
  const auto result = run_hook(hooks, hooks.before, with(hooks.environment, told_of(manifest)), cancel);
  if (!result.succeeded())
    throw Error(ErrorKind::temporary,
                "no backup of '" + manifest.source + "': the command '" + hooks.before.front() + "' (--before) " +
                    result.description(),
                last_words(result.output));
}

void run_after(const HookSettings& hooks, const BackupEnding& ending, Log& log, const CancelToken& cancel) {
  if (hooks.after.empty()) return;
  try {
    const auto result = run_hook(hooks, hooks.after, environment_for(hooks.environment, ending), cancel);
    if (!result.succeeded())
      log.warn("the command '" + hooks.after.front() + "' (--after) " + result.description(),
               {{"backup", ending.manifest.name}, {"hint", last_words(result.output)}});
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    log.warn("cannot run --after: " + error.message(), {{"backup", ending.manifest.name}, {"hint", error.hint()}});
  }
}

}  // namespace sidekick::backup
