#include "storage/open_storage.hpp"

#include <algorithm>
#include <array>

#include "sidekick/error.hpp"
#include "sidekick/url.hpp"
#include "storage/object_name.hpp"
#include "storage/posix/posix_storage.hpp"

namespace sidekick::storage {

namespace {

constexpr std::string_view schemes_hint = "storages are dir:/folder, s3://bucket/prefix and sftp://user@host/folder";

constexpr std::array<std::string_view, 4> prefixes{"dir:", "file://", "s3://", "sftp://"};

Error malformed(const std::string& url, const std::string& cause, std::string hint = {}) {
  return {ErrorKind::config, "cannot use the storage '" + redact_url(url) + "': " + cause, std::move(hint)};
}

/// The folder that "dir:" or "file://" names.
std::string folder_of(const std::string& url) {
  auto path = url.starts_with("dir:") ? url.substr(4) : percent_decoded(std::string_view(url).substr(7));
  if (!path.starts_with('/')) throw malformed(url, "its folder does not begin with '/'", "write dir:/folder");
  if (path.find('\0') != std::string::npos) throw malformed(url, "its folder cannot be one");
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

}  // namespace

bool is_storage_url(std::string_view text) noexcept {
  return std::ranges::any_of(prefixes, [&](auto prefix) { return text.starts_with(prefix); });
}

std::unique_ptr<Storage> open_storage(const std::string& url, const Access& access) {
  (void)access;
  if (url.starts_with("dir:") || url.starts_with("file://")) return std::make_unique<PosixStorage>(folder_of(url));
  throw malformed(url, "its kind is not known", std::string(schemes_hint));
}

ObjectPlace place_of(std::string_view url) {
  const std::string text(url);
  const auto scheme = std::ranges::find_if(prefixes, [&](auto prefix) { return url.starts_with(prefix); });
  if (scheme == prefixes.end()) throw malformed(text, "its kind is not known", std::string(schemes_hint));
  const auto slash = url.rfind('/');
  if (slash == std::string_view::npos || slash < scheme->size() || slash + 1 == url.size())
    throw malformed(text, "no object is named", "put its name behind a '/'");
  const auto name = url.substr(slash + 1);
  if (!is_object_name(name)) throw malformed(text, "'" + std::string(name) + "' cannot be the name of an object");
  // The '/' right behind "dir:" or "file://" is a folder itself.
  return {std::string(url.substr(0, slash == scheme->size() ? slash + 1 : slash)), std::string(name)};
}

}  // namespace sidekick::storage
