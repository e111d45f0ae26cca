/// The two modes of `git-sync`, and which one was asked for.
#pragma once

#include "agent/cli/commands.hpp"
#include "agent/config/values.hpp"

namespace sidekick::cli {

enum class GitSyncMode {
  linked,    ///< as its peer: its exit codes and its log
  in_place,  ///< as every other command
};

/// Throws Error of kind config where both were asked for, or neither.
GitSyncMode git_sync_mode(const config::Values& values);

/// The same from the words themselves, for when they cannot be understood: linked unless --in-place or a variable
/// of it is there.
GitSyncMode probable_git_sync_mode(const Invocation& invocation);

/// An error about the value of a setting that was read, but will not do: of kind config in linked mode, where only
/// what cannot be read is of kind usage.
Error unfit_value(GitSyncMode mode, const config::Values& values, std::string_view name, const std::string& cause,
                  std::string hint = {});

}  // namespace sidekick::cli
