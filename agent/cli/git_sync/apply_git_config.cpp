#include <algorithm>
#include <array>
#include <optional>

#include "agent/cli/git_sync/git_config.hpp"
#include "agent/config/values.hpp"
#include "git_sync/remote/url_rules.hpp"
#include "sidekick/error.hpp"

namespace sidekick::cli {

namespace {

using git_sync::HttpRule;
using git_sync::TransportRule;

struct HttpName {
  std::string_view key;
  HttpRule::Name name;
};
constexpr std::array<HttpName, 6> http_names{{{"sslcainfo", HttpRule::Name::ca_file},
                                              {"sslverify", HttpRule::Name::verify},
                                              {"sslcert", HttpRule::Name::certificate_file},
                                              {"sslkey", HttpRule::Name::key_file},
                                              {"proxy", HttpRule::Name::proxy},
                                              {"extraheader", HttpRule::Name::extra_header}}};

Error cannot_use(const GitConfigEntry& entry, const std::string& cause) {
  return {ErrorKind::config, "--git-config: '" + entry.key + "' " + cause};
}

class Applier {
 public:
  explicit Applier(git_sync::RemoteSettings settings) : out_(std::move(settings)) {}

  AppliedGitConfig apply(const GitConfigEntry& entry) && {
    if (take(entry)) return {std::move(out_)};
    if (changes_result(entry))
      throw Error(
          ErrorKind::config,
          "--git-config is refused: '" + entry.key + "' changes what git syncs, and is not supported",
          "supported keys are url.*.insteadOf, http.* and http.URL.* (extraHeader, sslVerify, sslCAInfo, sslCert, "
          "sslKey, proxy), http.cookieFile, credential.helper (store, cache) and protocol.*.allow");
    return {std::move(out_), AppliedGitConfig::Effect::none};
  }

 private:
  bool take(const GitConfigEntry& entry) {
    const auto section = entry.key.substr(0, entry.key.find('.'));
    const auto last = entry.key.rfind('.');
    const auto name = entry.key.substr(last + 1);
    const auto middle = last > section.size() ? entry.key.substr(section.size() + 1, last - section.size() - 1) : "";
    if (section == "http") return take_http(entry, name, middle);
    if (section == "url" && name == "insteadof") return take_rewrite(entry, middle);
    if (section == "protocol" && name == "allow") return take_transport(entry, middle);
    if (entry.key == "credential.helper") return take_helper(entry.value);
    return false;
  }

  bool take_http(const GitConfigEntry& entry, const std::string& name, const std::string& url) {
    if (url.empty() && name == "cookiefile") return out_.cookie_file = entry.value, true;
    const auto* const found = std::ranges::find(http_names, name, &HttpName::key);
    if (found == http_names.end()) return false;
    const auto value = checked(entry, found->name);
    if (!url.empty()) {
      (void)parse_url(url);
      out_.http_rules.push_back({found->name, url, value});
      return true;
    }
    set(found->name, value);
    return true;
  }

  static std::string checked(const GitConfigEntry& entry, HttpRule::Name name) {
    if (name == HttpRule::Name::verify) {
      const auto on = config::parse_switch(entry.value);
      if (!on) throw cannot_use(entry, "is not true or false");
      return *on ? "true" : "false";
    }
    const auto colon = entry.value.find(':');
    const bool is_header = colon != 0 && colon != std::string::npos;
    if (name == HttpRule::Name::extra_header && !entry.value.empty() && !is_header)
      throw cannot_use(entry, "is not NAME: VALUE");
    return entry.value;
  }

  void set(HttpRule::Name name, const std::string& value) {
    auto& tls = out_.http.tls;
    switch (name) {
      case HttpRule::Name::ca_file:
        tls.ca_file = value;
        return;
      case HttpRule::Name::verify:
        tls.verify = value == "true";
        return;
      case HttpRule::Name::certificate_file:
        tls.certificate_file = value;
        return;
      case HttpRule::Name::key_file:
        tls.key_file = value;
        return;
      case HttpRule::Name::proxy:
        out_.http.proxies = {value, value, {}};
        return;
      case HttpRule::Name::extra_header:
        add_header(value);
    }
  }

  void add_header(const std::string& line) {
    if (line.empty()) return out_.extra_headers.clear();  // so git empties the list
    const auto colon = line.find(':');
    auto value = line.substr(colon + 1);
    value.erase(0, value.find_first_not_of(' '));
    out_.extra_headers.push_back({line.substr(0, colon), std::move(value)});
  }

  bool take_rewrite(const GitConfigEntry& entry, const std::string& base) {
    if (entry.value.empty()) throw cannot_use(entry, "has no value");
    out_.rewrites.push_back({entry.value, base});
    return true;
  }

  bool take_transport(const GitConfigEntry& entry, const std::string& transport) {
    constexpr std::array<std::pair<std::string_view, TransportRule>, 3> rules{
        {{"always", TransportRule::always}, {"user", TransportRule::user}, {"never", TransportRule::never}}};
    for (const auto& [word, rule] : rules)
      if (entry.value == word) return out_.transports.insert_or_assign(transport, rule), true;
    throw cannot_use(entry, "is not always, user or never");
  }

  /// What the two helpers that every git has would do.
  bool take_helper(const std::string& value) {
    constexpr std::string_view store = "store";
    if (value.empty() || value == store || value.starts_with("cache")) return true;
    for (const std::string_view option : {"store --file=", "store --file "})
      if (value.starts_with(option)) {
        out_.git_credentials = {value.substr(option.size()), git_sync::LoginFile::Origin::usual};
        return true;
      }
    return false;
  }

  git_sync::RemoteSettings out_;
};

}  // namespace

AppliedGitConfig apply_git_config(git_sync::RemoteSettings settings, const GitConfigEntry& entry) {
  return Applier(std::move(settings)).apply(entry);
}

}  // namespace sidekick::cli
