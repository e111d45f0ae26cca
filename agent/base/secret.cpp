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

bool tells_of_a_secret(std::string_view name) {
  std::string lower;
  for (const char c : name) lower += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  if (lower == "max-keys") return false;  // how many names of objects S3 lists at once
  for (const std::string_view word : {"password", "passwd", "pwd", "token", "secret", "key", "authmechanismproperties"})
    if (lower.find(word) != std::string::npos) return true;
  return false;
}

std::string redact_query(std::string_view query) {
  std::string out;
  while (!query.empty()) {
    const auto end = std::min(query.find_first_of("&;?"), query.size());
    const auto parameter = query.substr(0, end);
    const auto equals = parameter.find('=');
    if (equals != std::string_view::npos && tells_of_a_secret(parameter.substr(0, equals)))
      out.append(parameter.substr(0, equals + 1)).append("***");
    else
      out.append(parameter);
    if (end < query.size()) out += query[end];
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return out;
}

}  // namespace

std::string redact_url(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::string(url);
  std::string out(url.substr(0, scheme + 3));
  url.remove_prefix(scheme + 3);
  // An '@' in the query belongs to the password only when the password holds an unescaped '?': then too much is cut,
  // which is the safe side.
  if (const auto at = url.rfind('@'); at != std::string_view::npos) url.remove_prefix(at + 1);
  const auto query = url.find('?');
  out.append(url.substr(0, query));
  if (query != std::string_view::npos) out.append("?").append(redact_query(url.substr(query + 1)));
  return out;
}

Secret read_secret_file(const std::string& path, std::string_view what) {
  const std::string subject = "cannot read '" + path + "' (" + std::string(what) + ")";
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
  return Secret(std::move(text));
}

}  // namespace sidekick
