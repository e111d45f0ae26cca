#include "git_sync/remote/cookies.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <optional>
#include <vector>

#include "sidekick/lines.hpp"

namespace sidekick::git_sync {

namespace {

struct Cookie {
  std::string domain;
  bool below = false;
  std::string_view path;
  bool secure = false;
  std::int64_t expiry = 0;
  std::string_view name;
  std::string_view value;
};

bool is_true(std::string_view text) {
  return text == "TRUE" || text == "true";
}

std::optional<Cookie> parse(std::string_view line) {
  constexpr std::string_view http_only = "#HttpOnly_";
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.starts_with(http_only))
    line.remove_prefix(http_only.size());
  else if (line.starts_with('#'))
    return {};
  std::array<std::string_view, 7> fields;
  std::size_t count = 0;
  for (auto rest = line; count < fields.size(); count++) {
    const auto tab = rest.find('\t');
    // A value may contain tabs, and may be missing.
    fields[count] = count + 1 == fields.size() ? rest : rest.substr(0, tab);
    if (tab == std::string_view::npos) {
      count++;
      break;
    }
    rest.remove_prefix(tab + 1);
  }
  if (count < 6 || fields[5].empty()) return {};
  Cookie out{std::string(fields[0]), is_true(fields[1]), fields[2], is_true(fields[3]), 0, fields[5], fields[6]};
  const auto [end, failure] = std::from_chars(fields[4].data(), fields[4].data() + fields[4].size(), out.expiry);
  if (failure != std::errc()) return {};
  if (out.domain.starts_with('.')) out.domain.erase(0, 1);
  std::ranges::transform(out.domain, out.domain.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

bool is_for(const Cookie& cookie, const Url& url, std::int64_t now) {
  if (cookie.secure && url.scheme != "https") return false;
  if (cookie.expiry != 0 && cookie.expiry <= now) return false;
  if (url.host != cookie.domain && !(cookie.below && url.host.ends_with("." + cookie.domain))) return false;
  const std::string_view path = url.path.empty() ? std::string_view("/") : std::string_view(url.path);
  if (!path.starts_with(cookie.path)) return false;
  return path.size() == cookie.path.size() || cookie.path.empty() || cookie.path.ends_with('/') ||
         path[cookie.path.size()] == '/';
}

}  // namespace

std::string cookies_for(const Url& url, std::string_view text, std::int64_t now) {
  std::vector<Cookie> found;
  while (!text.empty()) {
    if (auto cookie = parse(take_line(text)); cookie && is_for(*cookie, url, now)) {
      // The longest path first, the others in the order of the file.
      const auto place = std::ranges::upper_bound(found, cookie->path.size(), std::greater<>(),
                                                  [](const Cookie& each) { return each.path.size(); });
      found.insert(place, std::move(*cookie));
    }
  }
  std::string out;
  for (const auto& cookie : found)
    out.append(out.empty() ? "" : "; ").append(cookie.name).append("=").append(cookie.value);
  return out;
}

}  // namespace sidekick::git_sync
