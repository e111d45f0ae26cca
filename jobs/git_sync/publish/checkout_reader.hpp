/// The bytes of an entry on disk.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>

#include "git_sync/publish/entry.hpp"
#include "git_sync/publish/file_bytes.hpp"
#include "git_sync/publish/publisher.hpp"

namespace sidekick::git_sync {

/// Reads the entries of one snapshot as git would check them out: line ends, `ident` and so on by the .gitattributes of
/// the commit itself. For one thread; make one per thread. The snapshot outlives it.
class CheckoutReader final {
 private:
  class Impl;

 public:
  explicit CheckoutReader(const Snapshot& snapshot);
  explicit CheckoutReader(std::unique_ptr<Impl> impl);
  ~CheckoutReader();
  CheckoutReader(const CheckoutReader&) = delete;
  CheckoutReader& operator=(const CheckoutReader&) = delete;

  /// Calls `use` once with the bytes of a file, or the target of a symlink. The bytes live until it returns. They match
  /// the hash in the tree. Throws Error data (missing or damaged object), io.
  void read(const Entry& entry, const std::function<void(std::span<const std::byte>)>& use);

  /// The same bytes for whoever can take them piece by piece: a large file that no attribute changes, and that is whole
  /// in its pack, is never in memory as a whole. Throws as read(); what is wrong with such a file shows after its last
  /// piece. `entry` and the reader outlive the result.
  FileBytes source(const Entry& entry);

  /// False when every entry's bytes are those of its blob: no attribute changes any.
  bool filters() const noexcept;

  /// Attributes that are not supported, so that the bytes of the blob are written: "filter=lfs",
  /// "working-tree-encoding=UTF-16". The publisher logs them in one warning.
  const std::set<std::string>& left_undone() const noexcept;

  /// Another reader of the same snapshot, for another thread; cheaper than a new one.
  std::unique_ptr<CheckoutReader> another() const;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace sidekick::git_sync
