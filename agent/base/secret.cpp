#include "sidekick/secret.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>

#include "sidekick/error.hpp"

namespace sidekick {

namespace {

constexpr std::size_t max_secret_bytes = std::size_t{1} << 20;

bool tells_of_a_secret(std::string_view name) {
  std::string lower;
  for (const char c : name) lower += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
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
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"), &std::fclose);
  if (!file) throw error_from_errno(subject, errno);
  std::string text;
  std::array<char, 4096> chunk;
  while (std::feof(file.get()) == 0 && std::ferror(file.get()) == 0) {
    text.append(chunk.data(), std::fread(chunk.data(), 1, chunk.size(), file.get()));
    if (text.size() > max_secret_bytes) throw Error(ErrorKind::config, subject + ": larger than 1 MiB");
  }
  if (std::ferror(file.get())) throw error_from_errno(subject, errno);
  if (text.ends_with('\n')) text.pop_back();
  return Secret(std::move(text));
}

}  // namespace sidekick
