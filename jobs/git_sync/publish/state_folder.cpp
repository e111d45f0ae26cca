#include "git_sync/publish/state_folder.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "git_sync/publish/confined_folder.hpp"
#include "sidekick/error.hpp"

namespace sidekick::git_sync {

namespace fs = std::filesystem;

namespace {

std::string hint_for(int number) {
  if (number == EACCES || number == EPERM)
    return "give user id " + std::to_string(::geteuid()) + " write access, or run as the owner of the folder";
  if (number == EROFS) return "mount the volume without 'ro'";
  return {};
}

[[noreturn]] void throw_cannot_make(const fs::path& folder, int number) {
  throw error_from_errno("cannot make '" + folder.string() + "'", number, hint_for(number));
}

}  // namespace

fs::path make_folder(const fs::path& folder, std::optional<mode_t> mode) {
  auto error = try_make_folders(folder, mode);
  if (error.value() == ENOTDIR || error.value() == EEXIST)
    throw Error(ErrorKind::config, "cannot make '" + folder.string() + "': a file has that name",
                "name a folder, or one that does not exist yet");
  if (error) throw_cannot_make(folder, error.value());
  auto real = fs::canonical(folder, error);
  if (error) throw error_from_errno("cannot look at '" + folder.string() + "'", error.value());
  return real;
}

StateFolder make_state_folder(const fs::path& published) {
  StateFolder state(published);
  const auto path = state.folder.c_str();
  if (::mkdir(path, 0700) != 0 && errno != EEXIST) throw_cannot_make(state.folder, errno);
  struct stat status{};
  if (::lstat(path, &status) != 0) throw error_from_errno("cannot look at '" + state.folder.string() + "'", errno);
  if (!S_ISDIR(status.st_mode))
    throw Error(ErrorKind::config, "cannot keep state in '" + state.folder.string() + "': it is not a folder",
                "move it away: sidekick needs that name");
  // Keeps the bit that passes the group on to new files.
  if ((status.st_mode & 0077) != 0 && ::chmod(path, status.st_mode & 07700) != 0)
    throw error_from_errno("cannot close '" + state.folder.string() + "' to others", errno, hint_for(errno));
  return state;
}

}  // namespace sidekick::git_sync
