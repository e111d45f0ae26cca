#include "git_sync/remote/address.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

#include "sidekick/error.hpp"
#include "sidekick/secret.hpp"

namespace sidekick::git_sync {

namespace {

using Kind = RemoteAddress::Kind;

// The longest path that fits into a line of git's protocol, with room for a host.
constexpr std::size_t max_path_bytes = 32'000;

/// Decoding can produce characters that the URL did not have, such as a line break sent to a server that is not git.
bool is_fit(Kind kind, const std::string& path) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; };
  if (path.find('\0') != std::string::npos || path.size() > max_path_bytes) return false;
  return kind == Kind::local || std::ranges::none_of(path, is_control);
}

std::optional<Kind> kind_of(const std::string& scheme) {
  if (scheme == "http" || scheme == "https") return Kind::http;
  if (scheme == "ssh" || scheme == "git+ssh" || scheme == "ssh+git") return Kind::ssh;
  if (scheme == "git") return Kind::git;
  if (scheme == "file") return Kind::local;
  return {};
}

// "/~user/path" of a URL means the home of that user, as in git.
std::string decoded_path(const Url& url) {
  auto path = percent_decoded(url.path);
  return path.starts_with("/~") ? path.substr(1) : path;
}

// Other tools name a branch there; git treats it as part of the path or drops it.
void refuse_fragment(const std::string& text) {
  const auto hash = text.find('#');
  if (hash == std::string::npos) return;
  const auto name = "cannot follow '" + redact_url(text.substr(0, hash)) + "'";
  if (text.find('@', hash) != std::string::npos)
    throw Error(ErrorKind::config, "cannot follow a URL with '#' in its user or password",
                "write %23 for '#', or give --username and --password-file");
  throw Error(ErrorKind::config, name + ": the URL of a repository cannot have a part after '#'",
              "name the branch, tag or commit with --ref; write %23 for a '#' in the path");
}

RemoteAddress from_url(const std::string& text) {
  refuse_fragment(text);
  auto url = parse_url(text);
  const auto kind = kind_of(url.scheme);
  if (url.host.find(',') != std::string::npos)
    throw Error(ErrorKind::config, "cannot follow '" + redact_url(text) + "': it names several hosts",
                "name one of them; a repository has one URL");
  const auto name = "'" + redact_url(url.without_login()) + "'";
  if (!kind)
    throw Error(ErrorKind::config, "cannot follow " + name + ": unknown transport '" + url.scheme + "'",
                "use http, https, ssh, git or file");
  if (*kind == Kind::local && !url.host.empty() && url.host != "localhost")
    throw Error(ErrorKind::config, "cannot follow " + name + ": a file on another host",
                "use three slashes: file:///path");
  if (*kind == Kind::ssh) url.scheme = "ssh";
  auto path = *kind == Kind::local ? percent_decoded(url.path) : decoded_path(url);
  if (path.empty() || path == "/") throw Error(ErrorKind::config, "cannot follow " + name + ": it names no repository");
  if (!is_fit(*kind, path))
    throw Error(ErrorKind::config, "cannot follow " + name + ": its path cannot be that of a repository");
  return {*kind, std::move(url), std::move(path)};
}

/// The end of the host in user@host:path; npos for a path on this machine.
std::size_t host_end(const std::string& text) {
  const auto at = text.find('@');
  const auto host = at == std::string::npos ? 0 : at + 1;
  const auto colon = text.find(':', text.compare(host, 1, "[") == 0 ? text.find(']', host) : 0);
  if (colon == std::string::npos || colon == 0 || text.find('/') < colon) return std::string::npos;
  return colon;
}

RemoteAddress from_scp(const std::string& text, std::size_t colon) {
  RemoteAddress address{Kind::ssh, {}, text.substr(colon + 1)};
  auto host = text.substr(0, colon);
  if (kind_of(host))
    throw Error(ErrorKind::config, "cannot follow '" + redact_url(text) + "': it has no '//' after '" + host + ":'",
                "write " + host + "://HOST/PATH");
  address.url.scheme = "ssh";
  if (const auto at = host.rfind('@'); at != std::string::npos) {
    address.url.user = host.substr(0, at);
    host.erase(0, at + 1);
  }
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  // "[host:22]:path" names a port; "[::1]:path" does not.
  const auto port = host.find(':');
  if (port != std::string::npos && port == host.rfind(':')) {
    std::from_chars(host.data() + port + 1, host.data() + host.size(), address.url.port);
    host.erase(port);
  }
  address.url.host = host;
  address.url.path = address.path;
  if (host.empty() || host.starts_with('-') || address.path.empty())
    throw Error(ErrorKind::config, "cannot follow '" + redact_url(text) + "': it has no host or no path");
  if (!is_fit(Kind::ssh, text))
    throw Error(ErrorKind::config, "cannot follow a URL that contains a control character or is too long");
  return address;
}

bool is_host_name(std::string_view text) {
  const auto fits = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '.'; };
  return !text.starts_with('.') && text.find('.') != std::string_view::npos && std::ranges::all_of(text, fits);
}

}  // namespace

std::string hint_of_missing_scheme(const std::string& text) {
  if (text.find("://") != std::string::npos) return {};
  if (const auto colon = host_end(text); colon != std::string::npos) {
    const auto at = text.find('@');
    return at < colon ? "" : "taken for an ssh address (HOST:PATH): is https:// missing?";
  }
  return is_host_name(std::string_view(text).substr(0, text.find('/')))
             ? "taken for a path on this machine: is https:// missing?"
             : "";
}

RemoteAddress parse_address(const std::string& text) {
  if (text.empty()) throw Error(ErrorKind::config, "no repository is given");
  if (text.find("://") != std::string::npos) return from_url(text);
  if (const auto colon = host_end(text); colon != std::string::npos) return from_scp(text, colon);
  return {Kind::local, {}, text};
}

}  // namespace sidekick::git_sync
