#include "storage/open_storage.hpp"

#include <algorithm>
#include <array>

#include "sidekick/error.hpp"
#include "sidekick/url.hpp"
#include "storage/object_name.hpp"
#include "storage/posix/posix_storage.hpp"
#include "storage/s3/s3_storage.hpp"
#include "storage/sftp/sftp_storage.hpp"

namespace sidekick::storage {

namespace {

constexpr std::string_view schemes_hint = "use dir:/folder, s3://bucket/prefix or sftp://user@host/folder";

constexpr std::array<std::string_view, 4> prefixes{"dir:", "file://", "s3://", "sftp://"};

Error malformed(const std::string& url, const std::string& cause, std::string hint = {}) {
  return {ErrorKind::config, "cannot use the storage '" + redact_url(url) + "': " + cause, std::move(hint)};
}

/// The folder in a URL "dir:" or "file://".
std::string folder_of(const std::string& url) {
  auto path = url.starts_with("dir:") ? url.substr(4) : percent_decoded(std::string_view(url).substr(7));
  if (!path.starts_with('/')) throw malformed(url, "its folder does not begin with '/'", "write dir:/folder");
  if (path.find('\0') != std::string::npos) throw malformed(url, "its folder is not a valid path");
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

bool is_aws(const std::string& endpoint) {
  return endpoint.empty() || endpoint.find(".amazonaws.com") != std::string::npos;
}

/// Opens the storage of "s3://bucket/prefix".
std::unique_ptr<Storage> open_s3(const std::string& url, const Access& access) {
  auto place = url.substr(std::string_view("s3://").size());
  if (place.find('@') != std::string::npos)
    throw malformed(url, "it must not hold a login", "give --s3-access-key and --s3-secret-key-file");
  if (place.find_first_of("?#") != std::string::npos) throw malformed(url, "it must not contain '?' or '#'");
  while (place.ends_with('/')) place.pop_back();
  const auto slash = std::min(place.find('/'), place.size());
  s3::Settings settings{.endpoint = access.s3_endpoint,
                        .region = access.s3_region,
                        .bucket = place.substr(0, slash),
                        .prefix = place.substr(std::min(slash + 1, place.size())),
                        .credentials = {access.s3_access_key, access.s3_secret_key, access.s3_session_token},
                        .http = access.http,
                        .log = access.log};
  const auto empty_step = settings.prefix.starts_with('/') || settings.prefix.find("//") != std::string::npos;
  if (settings.bucket.empty() || empty_step)
    throw malformed(url, settings.bucket.empty() ? "it has no bucket" : "a part of its prefix is empty",
                    "write s3://bucket/prefix");
  if (settings.region.empty()) settings.region = "us-east-1";
  if (settings.credentials.access_key.empty() && settings.credentials.secret_key.empty())
    settings.role = s3::role_of(access.s3_role, settings.region, access.http,
                                is_aws(settings.endpoint) ? s3::Instances::asked : s3::Instances::not_asked);
  if (!settings.role && (settings.credentials.access_key.empty() || settings.credentials.secret_key.empty()))
    throw malformed(url, "the access key or the secret key is missing",
                    "give --s3-access-key and --s3-secret-key-file");
  if (settings.endpoint.empty())
    settings.endpoint = "https://s3." + settings.region + "." + s3::aws_domain(settings.region);
  if (!settings.endpoint.starts_with("http://") && !settings.endpoint.starts_with("https://"))
    throw malformed(url, "its endpoint begins with neither https:// nor http://", "write --s3-endpoint=https://host");
  if (access.s3_addressing == Access::Addressing::virtual_host) settings.addressing = s3::Addressing::virtual_host;
  return std::make_unique<s3::S3Storage>(std::move(settings));
}

std::unique_ptr<Storage> open_sftp(const std::string& url, const Access& access) {
  const auto parsed = parse_url(url);
  if (!parsed.password.empty()) throw malformed(url, "it holds a password", "give it with --ssh-password-file");
  if (access.ssh_check_host && access.ssh_known_hosts_file.empty())
    throw malformed(url, "no known_hosts file is given to verify the host key",
                    "give --ssh-known-hosts-file; 'ssh-keyscan HOST' prints its lines");
  if (access.ssh_key_files.empty() && access.ssh_password.empty())
    throw malformed(url, "neither a key file nor a password is given", "give a key file");
  SshSettings ssh;
  ssh.key_files = access.ssh_key_files;
  ssh.key_passphrase = access.ssh_key_passphrase;
  ssh.password = access.ssh_password;
  ssh.known_hosts_file = access.ssh_known_hosts_file;
  ssh.check_known_hosts = access.ssh_check_host;
  ssh.connect_timeout = access.http.connect_timeout;
  ssh.idle_timeout = access.http.idle_timeout;
  return std::make_unique<SftpStorage>(sftp_place(parsed, std::move(ssh)));
}

}  // namespace

bool is_storage_url(std::string_view text) noexcept {
  return std::ranges::any_of(prefixes, [&](auto prefix) { return text.starts_with(prefix); });
}

std::unique_ptr<Storage> open_storage(const std::string& url, const Access& access) {
  if (url.starts_with("dir:") || url.starts_with("file://")) return std::make_unique<PosixStorage>(folder_of(url));
  if (url.starts_with("s3://")) return open_s3(url, access);
  if (url.starts_with("sftp://")) return open_sftp(url, access);
  throw malformed(url, "its kind is unknown", std::string(schemes_hint));
}

ObjectPlace place_of(std::string_view url) {
  const std::string text(url);
  const auto scheme = std::ranges::find_if(prefixes, [&](auto prefix) { return url.starts_with(prefix); });
  if (scheme == prefixes.end()) throw malformed(text, "its kind is unknown", std::string(schemes_hint));
  const auto slash = url.rfind('/');
  if (slash == std::string_view::npos || slash < scheme->size() || slash + 1 == url.size())
    throw malformed(text, "no object is given", "add its name after a '/'");
  const auto name = url.substr(slash + 1);
  if (!is_object_name(name)) throw malformed(text, "'" + std::string(name) + "' cannot be the name of an object");
  // The '/' directly after "dir:" or "file://" is itself a folder.
  return {std::string(url.substr(0, slash == scheme->size() ? slash + 1 : slash)), std::string(name)};
}

}  // namespace sidekick::storage
