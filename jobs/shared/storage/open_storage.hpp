/// Opens the storage of a URL.
#pragma once

#include <memory>
#include <string>

#include "sidekick/http_client.hpp"
#include "sidekick/log.hpp"
#include "sidekick/secret.hpp"
#include "storage/s3/role_sources.hpp"
#include "storage/storage.hpp"

namespace sidekick::storage {

/// What a storage may need besides its URL. Empty: not given.
struct Access {
  // s3
  std::string s3_endpoint;  ///< "https://host:port"; empty: AWS, by its region
  std::string s3_region = "us-east-1";
  std::string s3_access_key;
  Secret s3_secret_key;
  Secret s3_session_token;
  s3::RoleSettings s3_role;  ///< source of credentials where none are given
  enum class Addressing { path, virtual_host } s3_addressing = Addressing::path;
  HttpSettings http;

  // sftp
  std::string ssh_known_hosts_file;  ///< empty: no host is trusted
  std::vector<std::string> ssh_key_files;
  Secret ssh_key_passphrase;
  Secret ssh_password;
  bool ssh_check_host = true;

  Log* log = nullptr;  ///< gets a warning when a request is retried; outlives the storage
};

/// The supported schemes: "dir:/path" (absolute; "file:///path" is the same), "s3://bucket/prefix",
/// "sftp://user@host:port/path". True where `text` begins with one of them.
bool is_storage_url(std::string_view text) noexcept;

/// Does not connect. Throws Error of kind config for an unknown scheme (with the known ones), a malformed URL, or
/// missing access data. A `url` must not hold a password.
std::unique_ptr<Storage> open_storage(const std::string& url, const Access& access);

/// Splits `url` at the last '/': the storage, and the name of the object.
struct ObjectPlace {
  std::string storage_url;
  std::string name;
};
ObjectPlace place_of(std::string_view url);

}  // namespace sidekick::storage
