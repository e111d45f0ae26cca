/// The files that a job leaves for others: the touch file and the error file.
#pragma once

#include <filesystem>

#include "git_sync/settings.hpp"
#include "sidekick/error.hpp"
#include "sidekick/log.hpp"

namespace sidekick::git_sync {

/// Creates the file (mode 0644) and its folders (folder_mode() of the settings), or updates its time. Failures are only
/// logged. Does nothing without a path.
void touch(const std::filesystem::path& file, std::optional<mode_t> folder_mode, Log& log) noexcept;

/// Writes {"Msg":…,"Err":…,"Args":{}} by rename, mode 0644, as kubernetes/git-sync does; creates missing folders.
/// Failures are only logged.
void write_error_file(const std::filesystem::path& file, std::optional<mode_t> folder_mode, const Error& error,
                      Log& log) noexcept;
void remove_error_file(const std::filesystem::path& file) noexcept;

}  // namespace sidekick::git_sync
