/// An HTTP client that sends whatever a test wants.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sidekick/fd.hpp"

namespace sidekick::test {

/// One connection to a port of 127.0.0.1. What is read waits at most 20 s.
class RawHttp final {
 public:
  explicit RawHttp(std::uint16_t port);

  /// False where the other side is gone.
  bool send(std::string_view text) const;

  /// One answer with the body its Content-Length tells; what there was when the other side closed first.
  std::string answer();

  /// All until the other side closes.
  std::string rest();

  /// True when the other side closes within 20 s without another byte.
  bool closed() { return rest().empty(); }

 private:
  bool receive();

  Fd fd_;
  std::string received_;
};

/// One request on a connection of its own, and its answer.
std::string ask(std::uint16_t port, std::string_view request);

/// 0 where the answer is none.
int status_of(std::string_view answer);

/// What follows the header.
std::string body_of(const std::string& answer);

}  // namespace sidekick::test
