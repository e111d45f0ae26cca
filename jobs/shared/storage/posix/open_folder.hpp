/// A folder held open, and the operations on the files in it.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sidekick/cancel.hpp"
#include "sidekick/fd.hpp"

namespace sidekick::storage {

/// How the filesystem of the folder renames a file only if the name is free.
enum class Naming { rename, link, looked_up };

/// Every member throws Error that names the folder and the file: no_input (the folder is not there), denied,
/// cannot_create (read-only), io. Not thread safe.
class OpenFolder final {
 public:
  /// Opens `path`; `where` is its name in messages. Never creates it: where a mount is missing, a new folder would
  /// silently fill the disk below.
  OpenFolder(const std::string& path, std::string where);

  /// A new file for writing, with `mode` subject to the umask.
  Fd create(const std::string& file, mode_t mode) const;
  /// The file for reading, nothing where there is none.
  std::optional<Fd> open(const std::string& file) const;
  /// Copies the mode of `file` to the open file, where there is one and the filesystem has modes.
  void take_mode_of(const std::string& file, const Fd& fd) const noexcept;
  struct stat look_at(const Fd& fd, const std::string& file) const;

  /// Writes all of `bytes`; stops on cancellation.
  void write(const Fd& fd, std::span<const std::uint8_t> bytes, const std::string& file,
             const CancelToken& cancel) const;

  /// Makes the content of `fd` durable, and closes it. Where the filesystem supports it, the next read comes from the
  /// disk.
  void sync_and_close(Fd fd, const std::string& file) const;

  /// Renames `part` to `file`, durably; false, with `part` unchanged, where that exists.
  bool name_if_absent(const std::string& part, const std::string& file) const;
  /// The same, replacing an existing file: a reader sees the old or the new one.
  void name(const std::string& part, const std::string& file) const;

  /// Removes it durably, if it exists.
  void remove(const std::string& file) const;
  /// The same, but durable only after a sync().
  void remove_without_sync(const std::string& file) const;
  void sync() const;
  /// The same for a part in a destructor: neither throws nor waits.
  void drop(const std::string& file) const noexcept;

  /// Calls `take` with each regular file (following links) whose name begins so.
  void each(std::string_view prefix,
            const std::function<void(const std::string& file, const struct stat& status)>& take) const;

  /// Tests it with two parts that are removed afterwards.
  Naming naming() const;

 private:
  struct Attempt {
    Naming naming;
    bool named;
  };
  Attempt try_naming(const std::string& part, const std::string& file) const;
  [[noreturn]] void fail(std::string_view what, std::string_view file, int number) const;

  Fd fd_;
  std::string where_;
};

}  // namespace sidekick::storage
