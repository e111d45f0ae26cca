/// The kinds of storages there are, each to be had at a fresh place.
#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "storage/s3/api.hpp"
#include "storage/storage.hpp"
#include "tests/support/s3_server.hpp"

namespace sidekick::test {

/// An empty place for objects, and the server behind it; both are gone with it.
class StoragePlace {
 public:
  virtual ~StoragePlace() = default;

  /// A storage of its own for each call, so that two stand for two processes.
  virtual std::unique_ptr<storage::Storage> open() const = 0;

  /// The same kind of storage where there is no such folder or bucket.
  virtual std::unique_ptr<storage::Storage> open_missing() const = 0;
};

struct StorageKind {
  std::string name;
  std::function<std::unique_ptr<StoragePlace>()> make;
};

inline std::ostream& operator<<(std::ostream& out, const StorageKind& kind) {
  return out << kind.name;
}

/// A kind is added by a line in here and a function of its own.
const std::vector<StorageKind>& storage_kinds();

std::unique_ptr<StoragePlace> posix_place();
std::unique_ptr<StoragePlace> s3_place();
std::unique_ptr<StoragePlace> sftp_place();

/// A folder in the server's bucket, with small parts, ranges and pages, and short waits between tries.
storage::s3::Settings s3_settings(const S3Server& server);

/// What the storage has under that name, by get() or by open(). Throws as these do.
std::string content_of(storage::Storage& storage, const std::string& name);

/// Writes `bytes` in pieces, and finishes.
void store(storage::Storage& storage, const std::string& name, std::string_view bytes);

/// The names alone.
std::vector<std::string> names_in(storage::Storage& storage, std::string_view prefix = "");

/// Bytes that do not repeat and are the same for the same seed.
std::string noise(std::size_t bytes, unsigned seed = 1);

inline std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace sidekick::test
