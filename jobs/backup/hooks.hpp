/// Runs commands before and after each backup.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "sidekick/cancel.hpp"
#include "sidekick/error.hpp"
#include "sidekick/log.hpp"
#include "storage/manifest.hpp"

namespace sidekick::backup {

struct HookSettings {
  std::vector<std::string> before;  ///< a program and its arguments; empty: none
  std::vector<std::string> after;
  std::vector<std::string> environment;  ///< "NAME=value"; the variables of the hooks are added
  std::chrono::milliseconds timeout{std::chrono::minutes(10)};
};

/// The outcome of a backup, for the hook and the notification.
struct BackupEnding {
  enum class Result { success, suspect, failure };
  Result result = Result::success;
  storage::Manifest manifest;  ///< of a failure: as far as it is known
  std::optional<Error> error;  ///< of a failure
};

std::string_view name_of(BackupEnding::Result result) noexcept;

/// Runs the command before a backup with SIDEKICK_BACKUP_NAME, _JOB, _SOURCE and _KIND in its environment. Throws
/// Error: temporary with the last lines of its output if it fails, no_input, denied, cancelled.
void run_before(const HookSettings& hooks, const storage::Manifest& manifest, const CancelToken& cancel);

/// Runs the command after a backup, with SIDEKICK_BACKUP_RESULT (success, suspect, failure), _BYTES, _SHA256, _PROOF
/// and _ERROR beside those. Its failure is only a warning, as the backup is taken. Throws Error of kind cancelled only.
void run_after(const HookSettings& hooks, const BackupEnding& ending, Log& log, const CancelToken& cancel);

/// `environment` with the variables for `ending`. Pure.
std::vector<std::string> environment_for(const std::vector<std::string>& environment, const BackupEnding& ending);

}  // namespace sidekick::backup
