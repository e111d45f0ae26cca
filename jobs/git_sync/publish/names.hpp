/// Which names of a tree must never be written.
#pragma once

#include <string_view>

namespace sidekick::git_sync {

/// True for "", ".", "..", a name with a slash, and `.git` in any case or disguise: with code points that HFS+ ignores,
/// with the trailing dots, spaces and streams that NTFS ignores, as its short name `git~1`, and after a backslash
/// (git's verify_path() refuses the same).
bool is_forbidden_name(std::string_view name);

/// True for `.gitmodules` in any case, which git refuses as a symlink.
bool is_git_modules_name(std::string_view name);

/// True for `.sidekick` in any case: the folder of the state.
bool is_state_folder_name(std::string_view name);

}  // namespace sidekick::git_sync
