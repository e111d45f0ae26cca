/// The two modes of `git-sync`, and which one was asked for.
#pragma once

#include "agent/cli/commands.hpp"
#include "agent/config/values.hpp"

namespace sidekick::cli {

enum class GitSyncMode {
  linked,    ///< as its peer: its exit codes and its log
  in_place,  ///< as every other command
};

/// The mode that was asked for: in place where --in-place was given and --root was not. Pure.
GitSyncMode git_sync_mode(const config::Values& values);

/// Throws Error of kind config where both modes were asked for, or neither.
void check_git_sync_mode(const config::Values& values);

/// An error about the value of a setting that was read, but will not do: of kind config in linked mode, where only
/// what cannot be read is of kind usage.
Error unfit_value(GitSyncMode mode, const config::Values& values, std::string_view name, const std::string& cause,
                  std::string hint = {});

}  // namespace sidekick::cli
