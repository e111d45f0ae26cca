/// What a dump is written to before it has its name.
#pragma once

#include <sys/types.h>

#include <string>

namespace sidekick::dump {

/// Locks the part that is open as `fd` for as long as it is open, where the filesystem has locks. False where it stands
/// no longer at the path `part`, and must be opened again. Throws Error: temporary (another process is writing `path`,
/// with `hint`), io.
bool lock_part(int fd, const std::string& part, const std::string& path, const std::string& hint);

/// Only its owner may read what a dump creates, since it holds what a database keeps behind a login.
inline constexpr mode_t private_file = 0600;
inline constexpr mode_t private_folder = 0700;

/// Gives `part` the mode of the file that it is about to replace, and private_file where there is none. Best effort:
/// some filesystems have no modes.
void take_mode(const std::string& part, const std::string& path) noexcept;

/// To be called before `part` gets its name: throws Error of kind temporary where another process has taken it over. A
/// network filesystem gives the lock of a machine that it does not hear of to others.
void confirm_part(int fd, const std::string& part, const std::string& path);

/// The same as an answer, for what removes a part.
bool is_own_part(int fd, const std::string& part) noexcept;

}  // namespace sidekick::dump
