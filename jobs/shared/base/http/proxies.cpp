#include "base/http/proxies.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <initializer_list>

#include "sidekick/error.hpp"
#include "sidekick/lower_case.hpp"

namespace sidekick {

ProxySettings proxies_from(const std::map<std::string, std::string>& environment) {
  const auto first_of = [&](std::initializer_list<const char*> names) -> std::string {
    for (const char* name : names)
      if (const auto found = environment.find(name); found != environment.end() && !found->second.empty())
        return found->second;
    return {};
  };
  ProxySettings out;
  out.http = first_of({"http_proxy", "all_proxy", "ALL_PROXY"});
  out.https = first_of({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"});
  const auto list = first_of({"no_proxy", "NO_PROXY"});
  for (std::size_t at = 0; at < list.size();) {
    const auto end = std::min(list.find_first_of(", \t", at), list.size());
    if (end > at) out.no_proxy.push_back(list.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

namespace http {

namespace {

struct Address {
  std::array<unsigned char, 16> bytes{};
  int bits = 0;  ///< 32 or 128
};

std::optional<Address> address_of(const std::string& text) {
  Address out;
  if (::inet_pton(AF_INET, text.c_str(), out.bytes.data()) == 1)
    out.bits = 32;
  else if (::inet_pton(AF_INET6, text.c_str(), out.bytes.data()) == 1)
    out.bits = 128;
  else
    return {};
  return out;
}

bool in_network(const Address& address, const std::string& network) {
  const auto slash = network.find('/');
  const auto base = address_of(network.substr(0, slash));
  if (!base || base->bits != address.bits) return false;
  int prefix = base->bits;
  if (slash != std::string::npos) {
    const auto* const end = network.data() + network.size();
    const auto [at, failure] = std::from_chars(network.data() + slash + 1, end, prefix);
    if (failure != std::errc() || at != end || prefix < 0 || prefix > base->bits) return false;
  }
  const auto whole = static_cast<std::size_t>(prefix) / 8;
  if (std::memcmp(base->bytes.data(), address.bytes.data(), whole) != 0) return false;
  const auto rest = static_cast<unsigned>(prefix % 8);
  return rest == 0 || ((base->bytes[whole] ^ address.bytes[whole]) >> (8U - rest)) == 0;
}

/// Cuts ":port" and the brackets of an IPv6 address off; false if the port differs from that of `url`.
bool cut_port(std::string& entry, const Url& url) {
  const bool bracketed = entry.starts_with('[');
  const auto colon = bracketed ? entry.find(':', std::min(entry.find(']'), entry.size())) : entry.find(':');
  const bool has_port = colon != std::string::npos && (bracketed || entry.find(':', colon + 1) == std::string::npos);
  if (has_port) {
    if (entry.substr(colon + 1) != std::to_string(url.effective_port())) return false;
    entry.resize(colon);
  }
  if (bracketed) entry = entry.substr(1, std::min(entry.find(']'), entry.size()) - 1);
  return true;
}

bool matches(std::string entry, const Url& url) {
  if (entry == "*") return true;
  entry = lower_case(std::move(entry));
  if (!cut_port(entry, url)) return false;
  if (const auto address = address_of(url.host)) return in_network(*address, entry);
  if (entry.starts_with('.')) entry.erase(0, 1);
  if (entry.empty()) return false;
  return url.host == entry || url.host.ends_with("." + entry);
}

}  // namespace

std::optional<Url> proxy_for(const Url& url, const ProxySettings& settings) {
  const auto& text = url.scheme == "https" ? settings.https : settings.http;
  if (text.empty() || std::ranges::any_of(settings.no_proxy, [&](const auto& entry) { return matches(entry, url); }))
    return {};
  auto proxy = parse_url(text.find("://") == std::string::npos ? "http://" + text : text);
  if (proxy.scheme != "http" && proxy.scheme != "https")
    throw Error(ErrorKind::config, "cannot use the proxy '" + proxy.origin() + "': it is neither http nor https");
  return proxy;
}

}  // namespace http

}  // namespace sidekick
