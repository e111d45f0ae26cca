#include "git_sync/report.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "git_sync/publish/files.hpp"
#include "sidekick/fd.hpp"
#include "sidekick/json.hpp"

namespace sidekick::git_sync {

namespace {

/// If this fails, opening the file reports the cause.
void make_parent(const std::filesystem::path& file) {
  std::error_code ignored;
  std::filesystem::create_directories(file.parent_path(), ignored);
}

}  // namespace

void touch(const std::filesystem::path& file, Log& log) noexcept try {
  if (file.empty()) return;
  make_parent(file);
  const Fd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  if (!fd || ::futimens(fd.get(), nullptr) != 0)
    log.warn(error_from_errno("cannot touch '" + file.string() + "'", errno).message());
} catch (...) {
  return;  // out of memory
}

void write_error_file(const std::filesystem::path& file, const Error& error, Log& log) noexcept try {
  if (file.empty()) return;
  const auto text = "{\"Msg\":" + json_quoted(error.message()) +
                    ",\"Err\":" + json_quoted(error.message() + (error.hint().empty() ? "" : ": " + error.hint())) +
                    ",\"Args\":{}}";
  try {
    make_parent(file);
    write_file_atomically(file, text, 0644);
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
