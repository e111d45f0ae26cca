/// What a job leaves behind for others to look at: the touch file and the error file.
#pragma once

#include <filesystem>

#include "git_sync/settings.hpp"
#include "sidekick/error.hpp"
#include "sidekick/log.hpp"

namespace sidekick::git_sync {

/// Makes the file and the folders above it, or gives it the present time. Failures are logged: nothing depends on it.
/// No path: nothing to do.
void touch(const std::filesystem::path& file, Log& log) noexcept;

/// Writes {"Msg":…,"Err":…,"Args":{}} by rename, mode 0644, as kubernetes/git-sync does; missing folders are made.
/// Failures are logged.
void write_error_file(const std::filesystem::path& file, const Error& error, Log& log) noexcept;
void remove_error_file(const std::filesystem::path& file) noexcept;

}  // namespace sidekick::git_sync
