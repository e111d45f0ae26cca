#include "agent/cli/git_sync/schema.hpp"

namespace sidekick::cli {

using config::Arity;
using config::FileTwin;
using config::Form;
using config::Levels;
using config::List;
using config::Secrecy;
using config::Setting;

namespace {

constexpr std::string_view login = "Credentials";
constexpr std::string_view github = "Credentials of a GitHub App";
constexpr std::string_view ssh = "SSH";
constexpr std::string_view tls = "TLS";

std::vector<Setting> logins() {
  return {
      {.name = "username",
       .value_name = "NAME",
       .help = "user for --repo; needs a password or token as well",
       .group = login,
       .peer_variables = "GITSYNC_USERNAME !GIT_SYNC_USERNAME"},
      {.name = "password",
       .value_name = "PASSWORD",
       .help = "password or token of --username; as a flag everyone on the machine can read it",
       .group = login,
       .peer_variables = "GITSYNC_PASSWORD !GIT_SYNC_PASSWORD",
       .secrecy = Secrecy::secret,
       .file_twin = FileTwin::own_setting},
      {.name = "password-file",
       .value_name = "FILE",
       .help = "file whose first line is the password or token; read again at each sync",
       .group = login,
       .peer_variables = "GITSYNC_PASSWORD_FILE !GIT_SYNC_PASSWORD_FILE"},
      {.name = "credential",
       .value_name = "JSON",
       .help = "an object {url, username, password or password-file}, or a list of them, for repository and "
               "submodules; flags add to the variable",
       .group = login,
       .peer_variables = "GITSYNC_CREDENTIAL",
       .arity = Arity::repeated,
       .secrecy = Secrecy::secret,
       .list = List::whole,
       .levels = Levels::all_count},
      {.name = "askpass-url",
       .value_name = "URL",
       .help = "URL that answers with the lines username=... and password=..., requested at each sync",
       .group = login,
       .peer_variables = "GITSYNC_ASKPASS_URL !GIT_SYNC_ASKPASS_URL !GIT_ASKPASS_URL",
       .secrecy = Secrecy::url},
      {.name = "netrc-file",
       .value_name = "FILE",
       .help =
           "logins by host in the format of .netrc; unless given, ~/.netrc; ~/.git-credentials is read as well, before "
           "it. All other credentials come first",
       .group = login},
      {.name = "cookie-file",
       .value_name = "FILE",
       .help = "cookies in Netscape format; without a value, /etc/git-secret/cookie_file",
       .remark = "may name a file",
       .group = login,
       .implied = "true",
       .peer_variables = "GITSYNC_COOKIE_FILE !GIT_SYNC_COOKIE_FILE !GIT_COOKIE_FILE",
       .arity = Arity::optional_value,
       .form = Form::number},
  };
}

std::vector<Setting> github_app() {
  return {
      {.name = "github-base-url",
       .value_name = "URL",
       .help = "URL of the GitHub API",
       .group = github,
       .fallback = "https://api.github.com/",
       .peer_variables = "GITSYNC_GITHUB_BASE_URL"},
      {.name = "github-app-application-id",
       .value_name = "N",
       .help = "id of the app; or use its client id",
       .group = github,
       .peer_variables = "GITSYNC_GITHUB_APP_APPLICATION_ID",
       .form = Form::number},
      {.name = "github-app-client-id",
       .value_name = "ID",
       .help = "client id of the app",
       .group = github,
       .peer_variables = "GITSYNC_GITHUB_APP_CLIENT_ID"},
      {.name = "github-app-installation-id",
       .value_name = "N",
       .help = "id of the app's installation",
       .group = github,
       .peer_variables = "GITSYNC_GITHUB_APP_INSTALLATION_ID",
       .form = Form::number},
      {.name = "github-app-private-key",
       .value_name = "PEM",
       .help = "private key of the app",
       .group = github,
       .peer_variables = "GITSYNC_GITHUB_APP_PRIVATE_KEY",
       .secrecy = Secrecy::secret,
       .form = Form::lines,
       .file_twin = FileTwin::own_setting},
      {.name = "github-app-private-key-file",
       .value_name = "FILE",
       .help = "file with the private key of the app",
       .group = github,
       .peer_variables = "GITSYNC_GITHUB_APP_PRIVATE_KEY_FILE"},
  };
}

std::vector<Setting> ssh_settings() {
  return {
      {.name = "ssh-key-file",
       .value_name = "FILE",
       .help =
           "private key; unless given, /etc/git-secret/ssh if it exists; several in a variable are separated by colons",
       .group = ssh,
       .peer_variables = "GITSYNC_SSH_KEY_FILE !GIT_SYNC_SSH_KEY_FILE !GIT_SSH_KEY_FILE",
       .arity = Arity::repeated,
       .list = List::colons},
      {.name = "ssh-known-hosts",
       .help = "verify the host key against --ssh-known-hosts-file",
       .group = ssh,
       .fallback = "true",
       .peer_variables = "GITSYNC_SSH_KNOWN_HOSTS !GIT_SYNC_KNOWN_HOSTS !GIT_KNOWN_HOSTS",
       .arity = Arity::flag},
      {.name = "ssh-known-hosts-file",
       .value_name = "FILE",
       .help = "host keys; the file must exist for an ssh repository",
       .group = ssh,
       .fallback = "/etc/git-secret/known_hosts",
       .peer_variables = "GITSYNC_SSH_KNOWN_HOSTS_FILE !GIT_SYNC_SSH_KNOWN_HOSTS_FILE !GIT_SSH_KNOWN_HOSTS_FILE"},
  };
}

std::vector<Setting> limits() {
  return {
      {.name = "max-ref-list",
       .value_name = "MIB",
       .help =
           "longest list of refs that is taken from a server, in MiB; servers of version 2 of git's protocol send a "
           "short one",
       .group = "Limits",
       .fallback = "10",
       .form = Form::number},
      {.name = "max-objects",
       .value_name = "N",
       .help = "number of objects that a server may send at once; memory grows by about 150 bytes with each",
       .group = "Limits",
       .fallback = "20000000",
       .form = Form::number},
  };
}

std::vector<Setting> tls_settings() {
  return {
      {.name = "ca-file",
       .value_name = "FILE",
       .help = "certificates of the authorities to trust, instead of those of the system, for repository, askpass URL, "
               "webhook and GitHub",
       .group = tls,
       .peer_variables = "GIT_SSL_CAINFO"},
      {.name = "client-certificate",
       .value_name = "FILE",
       .help = "client certificate, and its key unless --client-key is given",
       .group = tls,
       .peer_variables = "GIT_SSL_CERT"},
      {.name = "client-key",
       .value_name = "FILE",
       .help = "key of --client-certificate",
       .group = tls,
       .peer_variables = "GIT_SSL_KEY"},
      {.name = "client-key-password",
       .value_name = "PASSWORD",
       .help = "password of the key",
       .group = tls,
       .secrecy = Secrecy::secret},
      {.name = "insecure",
       .help = "do not verify the server's certificate; a warning says so",
       .group = tls,
       .peer_variables = "GIT_SSL_NO_VERIFY",
       .arity = Arity::flag},
  };
}

}  // namespace

std::vector<Setting> git_sync_access_settings() {
  auto out = logins();
  for (const auto& part : {github_app(), ssh_settings(), tls_settings(), limits()})
    out.insert(out.end(), part.begin(), part.end());
  return out;
}

}  // namespace sidekick::cli
