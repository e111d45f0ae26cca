/// Takes a file from another tree in the cheapest way that the filesystem supports.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>

#include "git_sync/publish/record.hpp"
#include "git_sync/settings.hpp"

namespace sidekick::git_sync {

/// Copies or links files between folders. For one thread.
class FileCopier final {
 public:
  explicit FileCopier(LinkedTarget::Unchanged how) : how_(how) {}

  /// Makes `name` in the folder `to` from the regular file of that name in the folder `from`, if that still matches
  /// `recorded`. Returns the status of the new one; nothing, and makes nothing, where it does not match. Throws Error.
  std::optional<struct stat> copy(int from, int to, const std::string& name, const FileStamp& recorded, mode_t mode);

 private:
  std::optional<struct stat> link(int from, int to, const std::string& name, const FileStamp& recorded, mode_t mode);
  void copy_bytes(int source, int target, const std::string& name, std::uint64_t size);

  LinkedTarget::Unchanged how_;
  bool reflinks_ = true;
  std::string buffer_;
};

/// True when the status matches the recorded file. A recorded ctime of 0 is not compared: links made and removed
/// elsewhere change it.
bool looks_as(const FileStamp& now, const FileStamp& recorded) noexcept;

}  // namespace sidekick::git_sync
