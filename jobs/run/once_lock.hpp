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
class OnceLock final {
 public:
  /// Waits for another who holds it. Throws Error as record_path() and lock_file().
  OnceLock(const OnceSettings& settings, JobContext& context);

  /// What the record says; nothing where there is none. Throws Error: denied, io.
  std::optional<std::string> record() const;

  /// Returns once the record is durable. Throws Error: denied, cannot_create, io.
  void write(const std::string& text) const;

 private:
  std::string path_;
  Fd lock_;
};

}  // namespace sidekick::run
