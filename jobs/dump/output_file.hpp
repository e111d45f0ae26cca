/// A file that appears under its name only when it is complete.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "filters/fd_sink.hpp"
#include "sidekick/fd.hpp"

namespace sidekick::dump {

/// Writes to ".NAME.part" in the folder of `path`; finish() syncs that, renames it and syncs the folder. Until then an
/// older file of that name is unchanged. Destroyed without finish(), it removes the part; killed, it leaves the part,
/// and the next run reuses it. An existing target that is not a regular file (a pipe, a device) is written to directly.
/// Follows a link. Throws Error: cannot_create, denied, no_input (no such folder), io, temporary (another process
/// writes the same file).
class OutputFile final : public filters::Sink {
 public:
  OutputFile(const std::string& path, CancelToken cancel);
  ~OutputFile() override;
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void write(std::span<const std::uint8_t> bytes) override;
  void finish() override;

  /// False for a pipe or a device.
  bool can_overwrite() const noexcept { return !part_.empty(); }

  /// Replaces bytes that were already written, where possible.
  void overwrite(std::uint64_t offset, std::span<const std::uint8_t> bytes);

 private:
  std::string path_;
  std::string part_;  ///< empty: direct write
  Fd lock_;           ///< the same open file as the sink's: holds its lock
  std::optional<filters::FdSink> sink_;
  std::uint64_t on_its_way_ = 0;  ///< bytes whose writeback was started
};

}  // namespace sidekick::dump
