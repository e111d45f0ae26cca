#include "git_sync/remote/url_rules.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <tuple>

#include "git_sync/remote/address.hpp"
#include "sidekick/error.hpp"

namespace sidekick::git_sync {

namespace {

/// How exactly a rule fits: the greater, the better.
using Fit = std::tuple<std::size_t, std::size_t, bool>;

std::string_view take_label(std::string_view& host) {
  const auto end = std::min(host.find('.'), host.size());
  const auto label = host.substr(0, end);
  host.remove_prefix(std::min(end + 1, host.size()));
  return label;
}

/// A label "*" of the pattern stands for one label.
bool fits_host(std::string_view pattern, std::string_view host) {
  while (!pattern.empty() && !host.empty()) {
    const auto wanted = take_label(pattern);
    const auto label = take_label(host);
    if (wanted != "*" && wanted != label) return false;
  }
  return pattern.empty() && host.empty();
}

/// The length of the path that fits; nothing where it does not.
std::optional<std::size_t> fitting_path(std::string_view pattern, std::string_view path) {
  while (pattern.ends_with('/')) pattern.remove_suffix(1);
  if (pattern.empty()) return 1;
  if (!path.starts_with(pattern)) return {};
  const bool ends_at_step = path.size() == pattern.size() || path[pattern.size()] == '/';
  return ends_at_step ? std::optional(pattern.size() + 1) : std::nullopt;
}

std::optional<Fit> fit_of(const Url& pattern, const Url& url) {
  if (pattern.scheme != url.scheme || pattern.effective_port() != url.effective_port()) return {};
  if (!pattern.user.empty() && pattern.user != url.user) return {};
  const auto path = fitting_path(pattern.path, url.path);
  if (!path || !fits_host(pattern.host, url.host)) return {};
  return Fit{pattern.host.size(), *path, !pattern.user.empty()};
}

std::string transport_of(const RemoteAddress& address) {
  using Kind = RemoteAddress::Kind;
  if (address.kind == Kind::local) return "file";
  return address.kind == Kind::ssh ? "ssh" : address.url.scheme;
}

void check_transport(const RemoteSettings& settings, const RemoteAddress& address) {
  const auto transport = transport_of(address);
  const auto own = settings.transports.find(transport);
  const auto all = settings.transports.find("");
  const auto rule = own != settings.transports.end() ? own : all;
  if (rule == settings.transports.end() || rule->second == TransportRule::always) return;
  const bool is_submodule = !settings.home_url.empty();
  if (rule->second == TransportRule::user && !is_submodule) return;
  throw Error(ErrorKind::denied,
              "cannot use '" + redact_url(settings.url) + "': --git-config forbids the transport '" + transport + "'",
              "protocol." + transport + ".allow:always permits it", Retry::never);
}

template <class Set>
void apply_last(const RemoteSettings& settings, HttpRule::Name name, const Url& url, Set&& set) {
  if (const auto rules = rules_for(settings.http_rules, name, url); !rules.empty()) set(rules.back().value);
}

}  // namespace

std::string rewritten_url(const std::vector<UrlRewrite>& rewrites, const std::string& url) {
  const UrlRewrite* best = nullptr;
  for (const auto& each : rewrites)
    if (url.starts_with(each.from) && (best == nullptr || each.from.size() > best->from.size())) best = &each;
  return best == nullptr ? url : best->to + url.substr(best->from.size());
}

std::vector<HttpRule> rules_for(const std::vector<HttpRule>& rules, HttpRule::Name name, const Url& url) {
  std::vector<HttpRule> out;
  std::optional<Fit> best;
  for (const auto& rule : rules) {
    if (rule.name != name) continue;
    const auto fit = fit_of(parse_url(rule.url), url);
    if (!fit || (best && *fit < *best)) continue;
    best = fit;
    out.push_back(rule);
  }
  return out;
}

RemoteSettings settings_for_url(RemoteSettings settings) {
  settings.url = rewritten_url(settings.rewrites, settings.url);
  if (!settings.home_url.empty()) settings.home_url = rewritten_url(settings.rewrites, settings.home_url);
  const auto address = parse_address(settings.url);
  check_transport(settings, address);
  if (address.kind != RemoteAddress::Kind::http) return settings;
  using Name = HttpRule::Name;
  auto& http = settings.http;
  const auto apply = [&](Name name, auto&& set) { apply_last(settings, name, address.url, set); };
  apply(Name::ca_file, [&](const std::string& value) { http.tls.ca_file = value; });
  apply(Name::verify, [&](const std::string& value) { http.tls.verify = value == "true"; });
  apply(Name::certificate_file, [&](const std::string& value) { http.tls.certificate_file = value; });
  apply(Name::key_file, [&](const std::string& value) { http.tls.key_file = value; });
  apply(Name::proxy, [&](const std::string& value) { http.proxies = {value, value, {}}; });
  return settings;
}

}  // namespace sidekick::git_sync
