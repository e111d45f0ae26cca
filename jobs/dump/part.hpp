/// What a dump is written to before it has its name.
#pragma once

#include <string>

namespace sidekick::dump {

/// Locks the part that is open as `fd` for as long as it is open, where the filesystem has locks. False where it stands
/// no longer at the path `part`, and must be opened again. Throws Error: temporary (another process is writing `path`,
/// with `hint`), io.
bool lock_part(int fd, const std::string& part, const std::string& path, const std::string& hint);

}  // namespace sidekick::dump
