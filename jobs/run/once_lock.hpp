/// The record of a success, which prevents a second run.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "run/settings.hpp"
#include "sidekick/fd.hpp"
#include "sidekick/job.hpp"

namespace sidekick::run {

/// The path of the files of a key without their endings: the folder, a readable part of the key, and a digest of the
/// key and the contents of the files. Throws Error: no_input, denied, io for an unreadable file; no_input (with a hint)
/// if the folder does not exist.
std::string record_path(const OnceSettings& settings);

/// Holds the lock of a key while it lives. A kill leaves no record or a complete one.
class OnceLock final {
 public:
  /// Blocks while another process holds it. Throws Error as record_path() and lock_file().
  OnceLock(const OnceSettings& settings, JobContext& context);

  /// The text of the record; nothing if there is none. Throws Error: denied, io.
  std::optional<std::string> record() const;

  /// Returns once the record is durable. Throws Error: denied, cannot_create, io.
  void write(const std::string& text) const;

 private:
  std::string path_;
  Fd lock_;
};

}  // namespace sidekick::run
