/// The record that something was done, which keeps it from being done twice.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "run/settings.hpp"
#include "sidekick/fd.hpp"
#include "sidekick/job.hpp"

namespace sidekick::run {

/// Where the files of a key are, without their endings: in the folder, by a readable part of the key and a digest of
/// the whole and of the files' contents. Throws Error: no_input, denied, io for a file that cannot be read; no_input
/// (with a hint) where the folder is not there.
std::string record_path(const OnceSettings& settings);

/// Holds the lock of a key while it lives. A kill at any moment leaves no record or a whole one.
class Once final {
 public:
  /// Waits for another who holds it. Throws Error as record_path() and lock_file().
  Once(const OnceSettings& settings, JobContext& context);

  /// What the record says; nothing where there is none. Throws Error: denied, io.
  std::optional<std::string> record() const;

  /// Returns once the record is durable. Throws Error: denied, cannot_create, io.
  void write(const std::string& text) const;

 private:
  std::string path_;
  Fd lock_;
};

/// Writes all of `text`. Throws Error of the kind that the errno stands for, with `path` in the message.
void write_all(int fd, std::string_view text, const std::string& path);

/// Writes a file beside, syncs it, renames it to `path` and syncs the folder. Throws Error: denied, cannot_create,
/// no_input (the folder), io.
void replace_file(const std::string& path, const std::string& text);

}  // namespace sidekick::run
