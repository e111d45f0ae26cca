/// The temporary form of a dump before it gets its name.
#pragma once

#include <sys/types.h>

#include <string>

namespace sidekick::dump {

/// Locks the part opened as `fd` for as long as it is open, where the filesystem supports locks. False where the path
/// `part` no longer leads to it, and it must be opened again. Throws Error: temporary (another process is writing
/// `path`, with `hint`), io.
bool lock_part(int fd, const std::string& part, const std::string& path, const std::string& hint);

/// Only the owner may read a dump, as it holds what a database protects by a login.
inline constexpr mode_t private_file = 0600;
inline constexpr mode_t private_folder = 0700;

/// Gives `part` the mode of the file that it replaces, or private_file where there is none. Best effort: some
/// filesystems have no modes.
void take_mode(const std::string& part, const std::string& path) noexcept;

/// Call this before `part` gets its name: throws Error of kind temporary where another process has taken it over. A
/// network filesystem gives the lock of an unreachable machine to others.
void confirm_part(int fd, const std::string& part, const std::string& path);

/// The same as a return value, for code that removes a part.
bool is_own_part(int fd, const std::string& part) noexcept;

}  // namespace sidekick::dump
