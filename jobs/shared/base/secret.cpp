#include "sidekick/secret.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "sidekick/error.hpp"
#include "sidekick/fd.hpp"
#include "sidekick/files.hpp"

namespace sidekick {

namespace {

constexpr std::size_t max_secret_bytes = std::size_t{1} << 20;

}  // namespace

Secret read_secret_file(const std::string& path, std::string_view what) {
  // Users give a connection string instead of the file that holds it.
  const std::string subject = "cannot read '" + redact_url(path) + "' (" + std::string(what) + ")";
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) throw error_from_errno(subject, errno);
  auto text = read_whole(fd.get(), max_secret_bytes);
  if (!text) throw error_from_errno(subject, errno);
  if (text->size() > max_secret_bytes) throw Error(ErrorKind::config, subject + ": larger than 1 MiB");
  if (text->ends_with('\n')) text->pop_back();
  if (text->ends_with('\r')) text->pop_back();
  return Secret(std::move(*text));
}

}  // namespace sidekick
