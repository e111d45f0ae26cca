#include <unistd.h>

#include <limits>
#include <span>
#include <stdexcept>

#include "agent/cli/git_sync/git_config.hpp"
#include "agent/cli/git_sync/settings.hpp"
#include "git_sync/remote/address.hpp"
#include "sidekick/json.hpp"

namespace sidekick::cli {

using config::Values;

namespace {

constexpr auto usual_key_file = "/etc/git-secret/ssh";
constexpr auto usual_cookie_file = "/etc/git-secret/cookie_file";

bool is_ssh(const std::string& url) {
  if (url.find("://") != std::string::npos) return url.starts_with("ssh://") || url.starts_with("git+ssh://");
  const auto colon = url.find(':');
  return colon != std::string::npos && url.find('/') > colon;
}

/// `what` names the setting.
void check_readable(const Values& values, const std::string& path, const std::string& what) {
  (void)values.file(path, what);
}

Error bad_credential(const std::string& cause) {
  return {ErrorKind::config, "--credential: " + cause,
          R"(write it as {"url":"https://host","username":"name","password-file":"/file"})"};
}

git_sync::Credential credential_of(const boost::json::value& json) {
  if (!json.is_object()) throw bad_credential("not a JSON object");
  git_sync::Credential out;
  for (const auto& member : json.get_object()) {
    const std::string key(member.key());
    if (!member.value().is_string()) throw bad_credential("'" + key + "' is not a string");
    const std::string text(member.value().get_string());
    if (key == "url")
      out.url = text;
    else if (key == "username")
      out.username = text;
    else if (key == "password")
      out.password = Secret(text);
    else if (key == "password-file")
      out.password_file = text;
    else
      throw bad_credential("unknown key '" + key + "'");
  }
  if (out.url.empty()) throw bad_credential("url is missing");
  if (out.username.empty()) throw bad_credential("username is missing");
  if (out.password.empty() == out.password_file.empty())
    throw bad_credential("it needs either password or password-file");
  return out;
}

void take_json(std::vector<git_sync::Credential>& out, const std::string& text) {
  boost::json::value root;
  try {
    root = parse_json(text);
  } catch (const std::invalid_argument& error) {
    throw bad_credential("it is not valid JSON: " + std::string(error.what()));
  }
  if (!root.is_array()) return out.push_back(credential_of(root));
  for (const auto& element : root.get_array()) out.push_back(credential_of(element));
}

class RemoteReader {
 public:
  RemoteReader(const Values& values, const config::Environment& environment, Log& log)
      : values_(values), environment_(environment), log_(log) {}

  git_sync::RemoteSettings read() {
    out_.url = values_.text("repo");
    values_.judge([&] { take_credentials(); });
    out_.askpass_url = values_.text("askpass-url");
    values_.judge([&] { take_cookie_file(); });
    values_.judge([&] { take_github_app(); });
    values_.judge([&] { take_ssh(); });
    take_http();
    take_limits();
    values_.judge([&] { take_login_files(); });
    values_.judge([&] {
      for (const auto& entry : parse_git_config(values_.text("git-config")))
        values_.judge([&] { take_git_config(entry); });
    });
    for (const auto& text : values_.list("git-config-add"))
      values_.judge([&] { take_git_config(parse_git_config_entry(text)); });
    if (!without_effect_.empty()) log_.warn("--git-config: " + without_effect_ + " has no effect here");
    values_.judge([&] { check_git_config(); });
    check_http();
    return std::move(out_);
  }

 private:
  void take_credentials() {
    if (values_.find("username")) {
      const auto file = values_.text("password-file");
      if (!file.empty()) check_readable(values_, file, values_.find("password-file")->origin);
      out_.credentials.push_back({out_.url, values_.text("username"), values_.secret("password"), file});
    }
    const auto own = out_.credentials.size();
    for (const auto& text : values_.list("credential")) values_.judge([&] { take_json(out_.credentials, text); });
    for (const auto& credential : std::span(out_.credentials).subspan(own))
      if (!credential.password_file.empty()) check_readable(values_, credential.password_file, "--credential");
  }

  void take_cookie_file() {
    const auto* value = values_.find("cookie-file");
    if (!value) return;
    const auto on = config::parse_switch(value->texts.back());
    if (on == false) return;
    out_.cookie_file = on ? usual_cookie_file : value->texts.back();
    check_readable(values_, out_.cookie_file, value->origin);
  }

  std::string id(std::string_view name) const {
    const auto number = values_.integer(name, 0, std::numeric_limits<int>::max());
    return number ? std::to_string(*number) : std::string();
  }

  void take_github_app() {
    if (!values_.find("github-app-installation-id")) return;
    git_sync::GithubApp app;
    app.base_url = values_.text("github-base-url");
    app.application_id = id("github-app-application-id");
    app.client_id = values_.text("github-app-client-id");
    app.installation_id = id("github-app-installation-id");
    app.private_key = values_.secret("github-app-private-key");
    app.private_key_file = values_.text("github-app-private-key-file");
    if (!app.private_key_file.empty())
      check_readable(values_, app.private_key_file, values_.find("github-app-private-key-file")->origin);
    out_.github_app = std::move(app);
  }

  void take_ssh() {
    out_.ssh.key_files = values_.list("ssh-key-file");
    for (const auto& file : out_.ssh.key_files) check_readable(values_, file, values_.find("ssh-key-file")->origin);
    if (out_.ssh.key_files.empty() && values_.reads_files() && ::access(usual_key_file, R_OK) == 0)
      out_.ssh.key_files = {usual_key_file};
    out_.ssh.check_known_hosts = values_.flag("ssh-known-hosts");
    out_.ssh.known_hosts_file = values_.text("ssh-known-hosts-file");
    if (!out_.ssh.check_known_hosts) {
      if (is_ssh(out_.url)) log_.warn("the host key is not verified: --ssh-known-hosts=false");
      return;
    }
    if (!values_.given("ssh-known-hosts-file") && !is_ssh(out_.url)) return;
    if (!values_.reads_files()) return;
    try {
      (void)read_secret_file(out_.ssh.known_hosts_file, "--ssh-known-hosts-file");
    } catch (const Error& error) {
      const auto forgotten = git_sync::hint_of_missing_scheme(out_.url);
      throw Error(
          error.kind(), error.message(),
          (forgotten.empty() ? "" : "the repository is " + forgotten + " ") +
              "it must hold the host keys, as ssh-keyscan prints them; --ssh-known-hosts=false trusts any host");
    }
  }

  void take_http() {
    auto& tls = out_.http.tls;
    tls.ca_file = values_.text("ca-file");
    tls.certificate_file = values_.text("client-certificate");
    tls.key_file = values_.text("client-key");
    tls.key_password = values_.secret("client-key-password");
    tls.verify = !values_.flag("insecure");
    out_.http.proxies = proxies_from({environment_.begin(), environment_.end()});
    out_.http.user_agent = "git/2.0 (sidekick " SIDEKICK_VERSION ")";
  }

  void take_limits() {
    constexpr int most_mib = 1 << 20;
    if (const auto mib = values_.integer("max-ref-list", 1, most_mib))
      out_.limits.max_listing_bytes = static_cast<std::size_t>(*mib) << 20U;
    if (const auto count = values_.integer("max-objects", 1, std::numeric_limits<int>::max()))
      out_.limits.max_pack_objects = static_cast<std::uint64_t>(*count);
  }

  void take_login_files() {
    const auto home = environment_.find("HOME");
    if (home != environment_.end() && !home->second.empty()) {
      out_.netrc.path = home->second + "/.netrc";
      out_.git_credentials.path = home->second + "/.git-credentials";
    }
    if (!values_.find("netrc-file")) return;
    out_.netrc = {values_.text("netrc-file"), git_sync::LoginFile::Origin::named};
    check_readable(values_, out_.netrc.path, values_.find("netrc-file")->origin);
  }

  void take_git_config(const GitConfigEntry& entry) {
    auto applied = apply_git_config(out_, entry);
    out_ = std::move(applied.settings);
    if (applied.effect == AppliedGitConfig::Effect::none)
      without_effect_ += (without_effect_.empty() ? "'" : ", '") + entry.key + "'";
  }

  void check_git_config() const {
    if (!out_.cookie_file.empty()) check_readable(values_, out_.cookie_file, "the cookie file");
    for (const auto& rule : out_.http_rules) check_rule(rule);
  }

  void check_rule(const git_sync::HttpRule& rule) const {
    using Name = git_sync::HttpRule::Name;
    if (rule.name == Name::verify && rule.value == "false")
      log_.warn("certificates are not verified: anyone on the path can change the data",
                {{"url", redact_url(rule.url)}});
    const bool is_file =
        rule.name == Name::ca_file || rule.name == Name::certificate_file || rule.name == Name::key_file;
    if (is_file && !rule.value.empty()) check_readable(values_, rule.value, "--git-config");
  }

  void check_http() const {
    const auto& tls = out_.http.tls;
    if (!tls.ca_file.empty()) check_readable(values_, tls.ca_file, "--ca-file");
    if (!tls.certificate_file.empty()) check_readable(values_, tls.certificate_file, "--client-certificate");
    if (!tls.key_file.empty()) check_readable(values_, tls.key_file, "--client-key");
    if (!tls.verify) log_.warn("certificates are not verified (--insecure): anyone on the path can change the data");
  }

  const Values& values_;
  const config::Environment& environment_;
  Log& log_;
  git_sync::RemoteSettings out_;
  std::string without_effect_;  ///< keys of --git-config
};

}  // namespace

git_sync::RemoteSettings git_sync_remote(const Values& values, const config::Environment& environment, Log& log) {
  return RemoteReader(values, environment, log).read();
}

}  // namespace sidekick::cli
