/// The interface of storages for backups.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "filters/sink.hpp"
#include "filters/source.hpp"
#include "sidekick/cancel.hpp"

namespace sidekick::storage {

using filters::Sink;
using filters::Source;

/// One stored object.
struct Object {
  std::string name;
  std::uint64_t bytes = 0;
  std::chrono::system_clock::time_point modified;  ///< by the clock of the storage
};

/// An unfinished object: a part file, an open upload.
struct Leftover {
  std::string name;  ///< the object that it was for
  std::string id;    ///< its id in the storage
  std::chrono::system_clock::time_point begun;
};

/// Whether "only if absent" excludes other writers, or is only looked up beforehand.
enum class Exclusion { strict, advisory };

/// A flat set of objects in one place. Names are plain: letters, digits, '.', '-', '_', none of them first a dot. An
/// object appears under its name complete and durable, or not at all; only replace() changes it. Every call throws
/// Error: no_input (no such bucket or folder), denied (credentials, permissions, a host key), unavailable (refused,
/// reset, no answer, after its own retries within the request), io (disk full, and other failures of the storage), data
/// (an object that became shorter, invalid answers), config, cancelled. Messages name the place and the object, never
/// credentials. Safe from any thread; the results of open() and create() are for one thread each and must not outlive
/// the storage.
class Storage {
 public:
  virtual ~Storage() = default;

  /// For messages and manifests: "s3://bucket/prefix", without credentials.
  virtual const std::string& where() const noexcept = 0;

  /// Checks that it exists and can be listed, read and written, and returns how exclusive its creation is.
  virtual Exclusion check(const CancelToken& cancel) = 0;

  /// A new object, written as a stream of any length with bounded memory. Its finish() makes it durable and gives it
  /// its name; where the name is taken by then: Error cannot_create, and the existing object stays. Destroyed without
  /// finish(), it leaves nothing (as far as the storage can be reached).
  virtual std::unique_ptr<Sink> create(const std::string& name, const CancelToken& cancel) = 0;

  /// Writes a small object (at most 16 MiB), only if the name is free; false where it is not.
  virtual bool put_if_absent(const std::string& name, std::string_view bytes, const CancelToken& cancel) = 0;

  /// Writes a small object, replacing an existing one; a reader sees the old or the new bytes.
  virtual void replace(const std::string& name, std::string_view bytes, const CancelToken& cancel) = 0;

  /// Reads a small object (at most 16 MiB, else Error data); nothing where there is none.
  virtual std::optional<std::string> get(const std::string& name, const CancelToken& cancel) = 0;

  /// The bytes of an object as a stream. Throws no_input where there is none of that name. Lost connections are
  /// resumed; an object that changed meanwhile is Error data.
  virtual std::unique_ptr<Source> open(const std::string& name, const CancelToken& cancel) = 0;

  /// All objects whose names begin so, sorted by name; without leftovers. Not a snapshot: an object that is created,
  /// replaced or removed meanwhile may be missing (a replaced one in both versions), or be listed twice; every other is
  /// listed once.
  virtual std::vector<Object> list(std::string_view prefix, const CancelToken& cancel) = 0;

  /// Removes an object durably; succeeds where there is none.
  virtual void remove(const std::string& name, const CancelToken& cancel) = 0;

  /// Removes many objects, in order; durable when it returns, as fast as the storage allows. After an error some may be
  /// removed: a prefix of `names`.
  virtual void remove_all(const std::vector<std::string>& names, const CancelToken& cancel) {
    for (const auto& name : names) remove(name, cancel);
  }

  /// Unfinished objects whose names begin so, of this process or any other.
  virtual std::vector<Leftover> leftovers(std::string_view prefix, const CancelToken& cancel) = 0;
  virtual void discard(const Leftover& leftover, const CancelToken& cancel) = 0;
};

}  // namespace sidekick::storage
