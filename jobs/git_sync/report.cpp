#include "git_sync/report.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "git_sync/local_files.hpp"
#include "sidekick/fd.hpp"
#include "sidekick/json.hpp"

namespace sidekick::git_sync {

void touch(const std::filesystem::path& file, std::optional<mode_t> folder_mode, Log& log) noexcept try {
  if (file.empty()) return;
  make_folders(file.parent_path(), folder_mode);
  Fd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (fd)
    ::fchmod(fd.get(), 0644);
  else if (errno == EEXIST)
    fd.reset(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd || ::futimens(fd.get(), nullptr) != 0)
    log.warn(error_from_errno("cannot touch '" + file.string() + "'", errno).message());
} catch (const Error& error) {
  log.warn("cannot touch '" + file.string() + "': " + error.message());
} catch (...) {
  return;  // out of memory
}

void write_error_file(const std::filesystem::path& file, std::optional<mode_t> folder_mode, const Error& error,
                      Log& log) noexcept try {
  if (file.empty()) return;
  const auto text = json_text({{"Msg", error.message()},
                               {"Err", error.message() + (error.hint().empty() ? "" : ": " + error.hint())},
                               {"Args", boost::json::object()}});
  try {
    make_folders(file.parent_path(), folder_mode);
    replace_file(file, text, published_file);
  } catch (const Error& failure) {
    log.warn("cannot write the error file: " + failure.message());
  }
} catch (...) {
  return;  // out of memory
}

void remove_error_file(const std::filesystem::path& file) noexcept {
  std::error_code ignored;
  if (!file.empty()) std::filesystem::remove(file, ignored);
}

}  // namespace sidekick::git_sync
