/// Extracts the pack from an answer: splits its bands, counts its bytes, and drops an empty one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "git_sync/remote/pkt_line.hpp"
#include "git_sync/remote/server_error.hpp"
#include "git_sync/settings.hpp"
#include "git_sync/store/pack_sink.hpp"

namespace sidekick::git_sync {

class PackOutput final {
 public:
  explicit PackOutput(PackSink& sink) : sink_(sink) {}

  /// One line of a side-band: data goes to the sink. Throws server_error() for the band of errors, with what the server
  /// said to people before; malformed(), and what the sink throws.
  void band(std::string_view payload);

  /// A pack of more objects is refused, with Error data, when its header is here.
  void limit(std::uint64_t max_objects) noexcept { max_objects_ = max_objects; }

  std::uint64_t received_bytes() const noexcept { return received_bytes_; }

 private:
  void data(std::string_view bytes);
  void remember(std::string_view text);
  Error failure(std::string_view text) const;

  PackSink& sink_;
  void check_count() const;
  std::uint64_t max_objects_ = RemoteLimits().max_pack_objects;
  std::string said_;  ///< the end of what the server said to people
  std::string header_;
  enum class Objects { unknown, some, none } objects_ = Objects::unknown;
  std::uint64_t received_bytes_ = 0;
};

}  // namespace sidekick::git_sync
