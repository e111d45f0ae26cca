/// What the repository, the published tree and the files of the job are made with.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <system_error>

#include "sidekick/error.hpp"
#include "sidekick/files.hpp"

namespace sidekick::git_sync {

/// For replace_file(): what the published tree and its repository are made with, whatever the process's mask.
inline constexpr NewFile published_file{.mask = NewFile::Mask::ignored};

/// Creates the folder and its parents where they are missing. Each new one gets exactly `mode`, or without one what the
/// process's mask allows.
std::error_code try_make_folders(const std::filesystem::path& path, std::optional<mode_t> mode);
/// The same; does nothing for an empty path. Throws Error io, denied, cannot_create.
void make_folders(const std::filesystem::path& path, std::optional<mode_t> mode);

/// `cannot WHAT 'PATH': cause`, with the kind and the hint for the errno.
Error path_error(const std::string& what, const std::string& path, int number);

}  // namespace sidekick::git_sync
