/// A folder held open, and the few things done with the files in it.
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

/// How the folder's filesystem gives a file its name only if that is free.
enum class Naming { rename, link, looked_up };

/// Every member throws Error that names the folder and the file: no_input (the folder is not there), denied,
/// cannot_create (read-only), io. Not thread safe.
class Folder final {
 public:
  /// Opens `path`; `where` stands for it in messages. It is never made: where a mount is missing, what would be written
  /// into a fresh folder would fill the disk below and be missed.
  Folder(const std::string& path, std::string where);

  /// A new file for writing, with `mode` as far as the umask allows it.
  Fd create(const std::string& file, mode_t mode) const;
  /// The file for reading, nothing where there is none.
  std::optional<Fd> open(const std::string& file) const;
  /// Gives the open file the mode of `file`, where there is one and the filesystem has modes.
  void take_mode_of(const std::string& file, const Fd& fd) const noexcept;
  struct stat look_at(const Fd& fd, const std::string& file) const;

  /// Writes all of `bytes`, giving way to `cancel`.
  void write(const Fd& fd, std::span<const std::uint8_t> bytes, const std::string& file,
             const CancelToken& cancel) const;

  /// Makes the content of `fd` durable, and closes it. As far as the filesystem can, it is then read from the disk.
  void sync_and_close(Fd fd, const std::string& file) const;

  /// Gives `part` the name `file`, durably; false, with `part` still there, where that is taken.
  bool name_if_absent(const std::string& part, const std::string& file) const;
  /// The same whatever was there before: a reader sees the one or the other.
  void name(const std::string& part, const std::string& file) const;

  /// Removes it durably where it is there.
  void remove(const std::string& file) const;
  /// The same, but durable only after a sync().
  void remove_without_sync(const std::string& file) const;
  void sync() const;
  /// The same for a part that a destructor leaves: nothing is thrown or waited for.
  void drop(const std::string& file) const noexcept;

  /// Calls `take` with each plain file (links followed) whose name begins so.
  void each(std::string_view prefix,
            const std::function<void(const std::string& file, const struct stat& status)>& take) const;

  /// Finds out, with two parts that are gone afterwards.
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
