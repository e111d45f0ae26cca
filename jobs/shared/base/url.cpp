#include "sidekick/url.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "sidekick/error.hpp"
#include "sidekick/hex.hpp"
#include "sidekick/lower_case.hpp"

namespace sidekick {

namespace {

constexpr std::array<std::pair<std::string_view, std::uint16_t>, 5> default_ports{
    {{"http", 80}, {"https", 443}, {"ssh", 22}, {"sftp", 22}, {"git", 9418}}};

std::uint16_t default_port(std::string_view scheme) noexcept {
  const auto* const row = std::ranges::find(default_ports, scheme, [](const auto& entry) { return entry.first; });
  return row == default_ports.end() ? std::uint16_t{0} : row->second;
}

bool is_scheme(std::string_view text) {
  const auto is_letter = [](char c) { return lower_case(c) >= 'a' && lower_case(c) <= 'z'; };
  const auto fits = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.'; };
  return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, fits);
}

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  c = lower_case(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

[[noreturn]] void refuse(std::string_view url, const char* why) {
  throw Error(ErrorKind::config, "cannot use the URL '" + redact_url(url) + "': " + why);
}

bool is_bare_ipv6(std::string_view text) {
  const auto fits = [](char c) { return hex_digit(c) >= 0 || c == ':' || c == '.'; };
  return std::ranges::count(text, ':') >= 2 && std::ranges::all_of(text, fits);
}

/// For a port that is not a number: most often the port is not at fault.
[[noreturn]] void refuse_port(std::string_view url, std::string_view authority) {
  if (url.find('@', static_cast<std::size_t>(authority.end() - url.begin())) != std::string_view::npos)
    throw Error(
        ErrorKind::config,
        "cannot use the URL '" + redact_url(url) + "': its user or password has a character with another meaning",
        "write %2F for '/', %3F for '?', %23 for '#', %40 for '@' and %25 for '%'");
  if (is_bare_ipv6(authority))
    throw Error(ErrorKind::config, "cannot use a URL whose IPv6 address is not in brackets",
                "write [" + std::string(authority) + "]");
  if (authority.find(',') != std::string_view::npos) refuse(url, "it names several hosts, and only one can be used");
  refuse(url, "its port is not between 1 and 65535");
}

std::optional<std::uint16_t> port_number(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (failure != std::errc() || end != text.data() + text.size() || port == 0) return {};
  return port;
}

/// Parses "user:password@host:port" into `out`.
void read_authority(Url& out, std::string_view authority, std::string_view url) {
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    const auto login = authority.substr(0, at);
    const auto colon = std::min(login.find(':'), login.size());
    out.user = percent_decoded(login.substr(0, colon));
    if (colon < login.size()) out.password = Secret(percent_decoded(login.substr(colon + 1)));
    authority.remove_prefix(at + 1);
  }
  const auto authority_with_port = authority;
  auto host_end = authority.find(':');
  if (authority.starts_with('[')) {
    const auto bracket = authority.find(']');
    if (bracket == std::string_view::npos) refuse(url, "its '[' has no ']'");
    out.host = lower_case(percent_decoded(authority.substr(1, bracket - 1)));
    authority.remove_prefix(bracket + 1);
    if (!authority.empty() && authority.front() != ':') refuse(url, "there is something between its host and its port");
    host_end = authority.empty() ? std::string_view::npos : 0;
  } else {
    out.host = lower_case(percent_decoded(authority.substr(0, host_end)));
  }
  if (host_end == std::string_view::npos || host_end + 1 == authority.size()) return;
  const auto port = port_number(authority.substr(host_end + 1));
  if (!port) refuse_port(url, authority_with_port);
  out.port = *port;
}

}  // namespace

std::string percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); i++) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::uint16_t Url::effective_port() const noexcept {
  return port != 0 ? port : default_port(scheme);
}

std::string Url::authority() const {
  std::string out = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != 0 && port != default_port(scheme)) out += ":" + std::to_string(port);
  return out;
}

std::string Url::origin() const {
  return scheme + "://" + authority();
}

std::string Url::target() const {
  std::string out = path.empty() ? "/" : "";
  for (const char c : query.empty() ? path : path + "?" + query) {
    if (c > ' ' && c < '\x7f')
      out += c;
    else
      out += "%" + hex(c, upper_hex_digits);
  }
  return out;
}

std::string Url::without_login() const {
  return origin() + path + (query.empty() ? "" : "?" + query);
}

Url parse_url(std::string_view text) {
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }))
    throw Error(ErrorKind::config, "cannot use a URL that contains a control character");
  const auto colon = text.find("://");
  if (colon == std::string_view::npos || !is_scheme(text.substr(0, colon))) refuse(text, "it has no scheme");
  Url out;
  out.scheme = lower_case(text.substr(0, colon));
  auto rest = text.substr(colon + 3);
  rest = rest.substr(0, rest.find('#'));
  const auto authority_end = std::min(rest.find_first_of("/?"), rest.size());
  read_authority(out, rest.substr(0, authority_end), text);
  if (out.host.empty() && out.scheme != "file") refuse(text, "it has no host");
  if (std::ranges::any_of(out.host,
                          [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '/' || c == '@'; }))
    refuse(text, "its host is not a valid name");
  rest.remove_prefix(authority_end);
  const auto question = std::min(rest.find('?'), rest.size());
  out.path = rest.substr(0, question);
  if (question < rest.size()) out.query = rest.substr(question + 1);
  return out;
}

Url resolve(const Url& base, std::string_view reference) {
  reference = reference.substr(0, reference.find('#'));
  const auto colon = reference.find("://");
  if (colon != std::string_view::npos && is_scheme(reference.substr(0, colon))) return parse_url(reference);
  if (reference.starts_with("//")) return parse_url(base.scheme + ":" + std::string(reference));
  const auto folder = base.path.substr(0, base.path.rfind('/') + 1);
  std::string path(reference);
  if (reference.empty())
    path = base.target();
  else if (reference.starts_with('?'))
    path = base.path + path;
  else if (!reference.starts_with('/'))
    path = (folder.empty() ? "/" : folder) + path;
  Url out = parse_url(base.origin() + path);
  out.user = base.user;
  out.password = base.password;
  return out;
}

bool same_origin(const Url& a, const Url& b) noexcept {
  return a.scheme == b.scheme && a.host == b.host && a.effective_port() == b.effective_port();
}

}  // namespace sidekick
