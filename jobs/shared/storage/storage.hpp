/// Where backups go and archives come from, behind one interface.
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

/// What is stored under one name.
struct Object {
  std::string name;
  std::uint64_t bytes = 0;
  std::chrono::system_clock::time_point modified;  ///< by the storage's clock
};

/// Something that was begun and never got its name: a part file, an open upload.
struct Leftover {
  std::string name;  ///< the object it was to become
  std::string id;    ///< what the storage calls it
  std::chrono::system_clock::time_point begun;
};

/// Whether "only if absent" holds against other writers, or is only looked up beforehand.
enum class Exclusion { strict, advisory };

/// A flat set of objects under one place. Names are plain: letters, digits, '.', '-', '_', none of them first a dot. An
/// object appears under its name whole and durable, or not at all; it is never changed but by replace(). Every call
/// throws Error: no_input (the bucket or folder is not there), denied (credentials, rights, a host key), unavailable
/// (refused, reset, no answer, after retries of its own within the request), io (disk full, and what the storage says
/// went wrong), data (an object that is shorter than it was, answers that make no sense), config, cancelled. Messages
/// name the place and the object, never credentials. Safe from any thread; what open() and create() return is for one
/// thread each and must not outlive the storage.
class Storage {
 public:
  virtual ~Storage() = default;

  /// For messages and manifests: "s3://bucket/prefix", without credentials.
  virtual const std::string& where() const noexcept = 0;

  /// Proves that it is there and can be listed, read and written, and says how exclusive its creation is.
  virtual Exclusion check(const CancelToken& cancel) = 0;

  /// A new object, written as a stream of any length with bounded memory. Its finish() makes it durable and gives it
  /// its name; where that is taken by then: Error cannot_create, and the one that is there stays. Destroyed without
  /// finish(), it leaves nothing (as far as the storage can be reached).
  virtual std::unique_ptr<Sink> create(const std::string& name, const CancelToken& cancel) = 0;

  /// A small object at once (at most 16 MiB), only if there is none of that name; false where there is.
  virtual bool put_if_absent(const std::string& name, std::string_view bytes, const CancelToken& cancel) = 0;

  /// A small object at once, whatever was there; a reader sees the old or the new bytes.
  virtual void replace(const std::string& name, std::string_view bytes, const CancelToken& cancel) = 0;

  /// A small object (at most 16 MiB, else Error data); nothing where there is none.
  virtual std::optional<std::string> get(const std::string& name, const CancelToken& cancel) = 0;

  /// The bytes of an object as a stream. Throws no_input where there is none of that name. Cut connections are taken up
  /// again where they broke; an object that changed meanwhile is Error data.
  virtual std::unique_ptr<Source> open(const std::string& name, const CancelToken& cancel) = 0;

  /// All whose names begin so, by name. Leftovers are not among them. No snapshot: what is created, replaced or removed
  /// meanwhile may be missing (of what is replaced the old and the new), or be there twice; all else is there once.
  virtual std::vector<Object> list(std::string_view prefix, const CancelToken& cancel) = 0;

  /// Removes an object durably; one that is not there is no error.
  virtual void remove(const std::string& name, const CancelToken& cancel) = 0;

  /// The same for many at once, in order; durable when it returns, as quickly as the storage can. After an error some
  /// may be gone: those before all those that are not.
  virtual void remove_all(const std::vector<std::string>& names, const CancelToken& cancel) {
    for (const auto& name : names) remove(name, cancel);
  }

  /// What was begun under names that begin so, by this process or any other, and has not ended.
  virtual std::vector<Leftover> leftovers(std::string_view prefix, const CancelToken& cancel) = 0;
  virtual void discard(const Leftover& leftover, const CancelToken& cancel) = 0;
};

}  // namespace sidekick::storage
