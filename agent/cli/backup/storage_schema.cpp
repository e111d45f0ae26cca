#include "agent/cli/backup/storage_schema.hpp"

#include "sidekick/error.hpp"
#include "sidekick/url.hpp"

namespace sidekick::cli {

using config::Arity;
using config::List;
using config::Secrecy;
using config::Setting;

namespace {

constexpr std::string_view s3 = "Storage: S3";
constexpr std::string_view ssh = "Storage: SFTP";
constexpr std::string_view tls = "Storage: TLS";

std::vector<Setting> s3_settings() {
  return {
      {.name = "s3-endpoint",
       .value_name = "URL",
       .help = "the server, https://host:port; unless given, AWS in the region. The bucket may be the last part of its "
               "path, as R2 prints it",
       .group = s3,
       .peer_variables = "AWS_ENDPOINT_URL AWS_ENDPOINT_URL_S3",
       .secrecy = Secrecy::url,
       .file_twin = config::FileTwin::own_setting},
      {.name = "s3-region",
       .value_name = "NAME",
       .help = "the region of the bucket; servers other than AWS mostly accept the default",
       .group = s3,
       .fallback = "us-east-1",
       .peer_variables = "AWS_DEFAULT_REGION AWS_REGION"},
      {.name = "s3-access-key",
       .value_name = "KEY",
       .help = "the id of the access key. Without it and the secret key, sidekick uses the role of a web identity, of "
               "the ECS task or EKS pod, or of the EC2 instance, according to the variables of AWS",
       .group = s3,
       .peer_variables = "AWS_ACCESS_KEY_ID",
       .secrecy = Secrecy::secret},
      {.name = "s3-secret-key",
       .value_name = "KEY",
       .help = "the secret key; as a flag everyone on the machine can read it",
       .group = s3,
       .peer_variables = "AWS_SECRET_ACCESS_KEY",
       .secrecy = Secrecy::secret},
      {.name = "s3-session-token",
       .value_name = "TOKEN",
       .help = "the session token of temporary keys",
       .group = s3,
       .peer_variables = "AWS_SESSION_TOKEN",
       .secrecy = Secrecy::secret},
      {.name = "s3-addressing",
       .value_name = "path|virtual",
       .help = "the bucket as the first part of the path, or as part of the host name",
       .group = s3,
       .fallback = "path"},
  };
}

std::vector<Setting> ssh_settings() {
  return {
      {.name = "ssh-key-file",
       .value_name = "FILE",
       .help = "a private key to log in with; several in a variable are separated by colons",
       .group = ssh,
       .arity = Arity::repeated,
       .list = List::colons},
      {.name = "ssh-key-passphrase",
       .value_name = "TEXT",
       .help = "the passphrase of the key",
       .group = ssh,
       .secrecy = Secrecy::secret},
      {.name = "ssh-password",
       .value_name = "PASSWORD",
       .help = "password to log in with, where no key is accepted",
       .group = ssh,
       .secrecy = Secrecy::secret},
      {.name = "ssh-known-hosts",
       .help = "verify the host key against --ssh-known-hosts-file",
       .group = ssh,
       .fallback = "true",
       .arity = Arity::flag},
      {.name = "ssh-known-hosts-file",
       .value_name = "FILE",
       .help = "host keys, as 'ssh-keyscan HOST' prints them",
       .group = ssh},
  };
}

std::vector<Setting> tls_settings() {
  return {
      {.name = "ca-file",
       .value_name = "FILE",
       .help = "certificates of the authorities to trust, instead of those of the system, for S3 and everything else "
               "over https",
       .group = tls,
       .peer_variables = "AWS_CA_BUNDLE"},
      {.name = "insecure", .help = "do not verify the server's certificate", .group = tls, .arity = Arity::flag},
  };
}

/// A login in it would become basic authentication beside the signature.
std::string endpoint_of(const config::Values& values) {
  const auto text = values.text("s3-endpoint");
  if (text.empty()) return text;
  if (!text.starts_with("http://") && !text.starts_with("https://"))
    throw Error(ErrorKind::config, values.find("s3-endpoint")->origin + ": it does not begin with https:// or http://",
                "write --s3-endpoint=https://HOST or https://HOST:PORT");
  const auto url = parse_url(text);
  if (!url.user.empty() || !url.password.empty())
    throw Error(ErrorKind::config, values.find("s3-endpoint")->origin + ": it holds a login",
                "give --s3-access-key and --s3-secret-key-file");
  return text;
}

}  // namespace

std::vector<Setting> storage_settings() {
  auto out = s3_settings();
  for (const auto& part : {ssh_settings(), tls_settings()}) out.insert(out.end(), part.begin(), part.end());
  return out;
}

storage::Access storage_access(const config::Values& values, const config::Environment& environment, Log& log) {
  storage::Access out;
  out.log = &log;
  out.s3_endpoint = values.judge([&] { return endpoint_of(values); });
  out.s3_region = values.text("s3-region");
  out.s3_access_key = values.text("s3-access-key");
  out.s3_secret_key = values.secret("s3-secret-key");
  out.s3_session_token = values.secret("s3-session-token");
  out.s3_role = storage::s3::role_settings_from({environment.begin(), environment.end()});
  if (values.choice("s3-addressing", {"path", "virtual"}) == "virtual")
    out.s3_addressing = storage::Access::Addressing::virtual_host;
  out.http.tls.ca_file = values.text("ca-file");
  out.http.tls.verify = !values.flag("insecure");
  out.http.proxies = proxies_from({environment.begin(), environment.end()});
  out.ssh_key_files = values.list("ssh-key-file");
  out.ssh_key_passphrase = values.secret("ssh-key-passphrase");
  out.ssh_password = values.secret("ssh-password");
  out.ssh_known_hosts_file = values.text("ssh-known-hosts-file");
  out.ssh_check_host = values.flag("ssh-known-hosts");
  return out;
}

}  // namespace sidekick::cli
