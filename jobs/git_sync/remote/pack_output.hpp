/// Extracts the pack from an answer: splits its bands, counts its bytes, and drops an empty one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "git_sync/remote/pkt_line.hpp"
#include "git_sync/store/pack_sink.hpp"

namespace sidekick::git_sync {

class PackOutput final {
 public:
  explicit PackOutput(PackSink& sink) : sink_(sink) {}

  /// One line of a side-band: data goes to the sink, progress is dropped. Throws server_error() for the band of errors,
  /// malformed(), and what the sink throws.
  void band(std::string_view payload);

  std::uint64_t received_bytes() const noexcept { return received_bytes_; }

 private:
  void data(std::string_view bytes);

  PackSink& sink_;
  std::string header_;
  enum class Objects { unknown, some, none } objects_ = Objects::unknown;
  std::uint64_t received_bytes_ = 0;
};

}  // namespace sidekick::git_sync
