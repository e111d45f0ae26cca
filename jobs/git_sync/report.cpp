#include "git_sync/report.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <string>

#include "git_sync/publish/files.hpp"
#include "sidekick/fd.hpp"

namespace sidekick::git_sync {

namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (static_cast<unsigned char>(c) < 0x20) {
      std::array<char, 8> escape{};
      std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(c));
      out += escape.data();
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace

void touch(const std::filesystem::path& file, Log& log) noexcept try {
  if (file.empty()) return;
  const Fd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  if (!fd || ::futimens(fd.get(), nullptr) != 0)
    log.warn(error_from_errno("cannot touch '" + file.string() + "'", errno).message());
} catch (...) {
  return;  // out of memory
}

void write_error_file(const std::filesystem::path& file, const Error& error, Log& log) noexcept try {
  if (file.empty()) return;
  const auto text = "{\"Msg\":" + quoted(error.message()) +
                    ",\"Err\":" + quoted(error.message() + (error.hint().empty() ? "" : ": " + error.hint())) +
                    ",\"Args\":{}}";
  try {
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
