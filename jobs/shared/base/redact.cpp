#include "sidekick/redact.hpp"

#include <algorithm>

#include "sidekick/secret.hpp"

namespace sidekick {

namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::string_view separator = "://";
constexpr std::string_view hidden = "***";
constexpr std::string_view blanks = " \t\r\n\f\v";

bool tells_of_a_secret(std::string_view name) {
  std::string lower;
  for (const char c : name) lower += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  if (lower == "max-keys") return false;  // the size of a page of S3
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
    if (equals != npos && tells_of_a_secret(parameter.substr(0, equals)))
      out.append(parameter.substr(0, equals + 1)).append(hidden);
    else
      out.append(parameter);
    if (end < query.size()) out += query[end];
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return out;
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Where the scheme before the first "://" begins; npos if there is none. The text before a scheme may be a quote or
/// "name=", but not a login.
std::size_t scheme_begin(std::string_view text) {
  const auto end = text.find(separator);
  if (end == npos) return npos;
  auto begin = end;
  while (begin > 0 && (is_letter(text[begin - 1]) || (text[begin - 1] >= '0' && text[begin - 1] <= '9') ||
                       std::string_view("+-.").find(text[begin - 1]) != npos))
    begin--;
  if (begin == end || !is_letter(text[begin])) return npos;
  const bool is_at_start = begin == 0 || (blanks.find(text[begin - 1]) != npos) ||
                           std::string_view("'\"`=,;<([{").find(text[begin - 1]) != npos;
  return is_at_start ? begin : npos;
}

/// Detects "user:password" without a host: the text after the last ':' of a host is a port or a secret.
std::string redact_ports(std::string_view hosts) {
  std::string out;
  for (std::size_t at = 0; at <= hosts.size();) {
    const auto end = std::min(hosts.find(',', at), hosts.size());
    const auto host = hosts.substr(at, end - at);
    const auto colon = host.find(':', host.starts_with('[') ? std::min(host.find(']'), host.size()) : 0);
    const auto port = colon == npos ? std::string_view() : host.substr(colon + 1);
    const bool is_number = std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; });
    out.append(at == 0 ? "" : ",").append(is_number ? host : host.substr(0, colon + 1)).append(is_number ? "" : hidden);
    at = end + 1;
  }
  return out;
}

/// The part after "://".
std::string redact_rest(std::string_view rest) {
  // An '@' in the query belongs to the password only when the password holds an unescaped '?': then this cuts too much,
  // which is safe.
  const auto at = rest.rfind('@');
  if (at != npos) rest.remove_prefix(at + 1);
  const auto authority = rest.substr(0, rest.find_first_of("/?#"));
  // After a login the host is certain; its port may still be a misspelt number.
  auto out = at == npos ? redact_ports(authority) : std::string(authority);
  rest.remove_prefix(authority.size());
  const auto query = rest.find('?');
  out.append(rest.substr(0, query));
  if (query != npos) out.append("?").append(redact_query(rest.substr(query + 1)));
  return out;
}

std::string redact_word(std::string_view word) {
  const auto at = word.rfind('@');
  if (const auto scheme = scheme_begin(word); scheme != npos) {
    const auto rest = word.find(separator) + separator.size();
    if (at == npos || at < rest) return std::string(word);
    return std::string(word.substr(0, rest)).append(redact_rest(word.substr(rest)));
  }
  if (at == npos || word.substr(0, at).find(':') == npos) return std::string(word);
  const auto quote = std::min(word.find_first_not_of("'\"`(<["), at);
  return std::string(word.substr(0, quote)).append(hidden).append(word.substr(at));
}

/// Of the text before an '@': the begin of a path, which holds no login.
bool is_path(std::string_view text) {
  if (text.starts_with("dir:/")) text.remove_prefix(4);
  return (text.starts_with('/') || text.starts_with('.')) && !text.starts_with("//") && text.find(':') == npos;
}

}  // namespace

std::string redact_url(std::string_view url) {
  const auto scheme = scheme_begin(url);
  if (scheme == npos) {
    const auto at = url.rfind('@');
    // The user that every forge has for its keys is not a secret, and distinguishes "git@host:path" from other forms.
    if (at == npos || url.substr(0, at) == "git" || is_path(url.substr(0, at))) return std::string(url);
    return std::string(hidden).append(url.substr(at));
  }
  const auto rest = url.find(separator) + separator.size();
  return redact_words(url.substr(0, scheme))
      .append(url.substr(scheme, rest - scheme))
      .append(redact_rest(url.substr(rest)));
}

std::string redact_words(std::string_view text) {
  std::string out;
  if (text.find('@') == npos) return std::string(text);
  while (!text.empty()) {
    const auto blank = std::min(text.find_first_not_of(blanks), text.size());
    out.append(text.substr(0, blank));
    text.remove_prefix(blank);
    const auto end = std::min(text.find_first_of(blanks), text.size());
    out.append(redact_word(text.substr(0, end)));
    text.remove_prefix(end);
  }
  return out;
}

}  // namespace sidekick
