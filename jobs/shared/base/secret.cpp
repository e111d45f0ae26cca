#include "sidekick/secret.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "sidekick/error.hpp"
#include "sidekick/fd.hpp"

namespace sidekick {

namespace {

constexpr std::size_t max_secret_bytes = std::size_t{1} << 20;

}  // namespace

Secret read_secret_file(const std::string& path, std::string_view what) {
  // A connection string may stand where its file is to be named.
  const std::string subject = "cannot read '" + redact_url(path) + "' (" + std::string(what) + ")";
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) throw error_from_errno(subject, errno);
  std::string text;
  std::array<char, 4096> chunk;
  for (;;) {
    const auto n = ::read(fd.get(), chunk.data(), chunk.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw error_from_errno(subject, errno);
    if (n == 0) break;
    text.append(chunk.data(), static_cast<std::size_t>(n));
    if (text.size() > max_secret_bytes) throw Error(ErrorKind::config, subject + ": larger than 1 MiB");
  }
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return Secret(std::move(text));
}

}  // namespace sidekick
