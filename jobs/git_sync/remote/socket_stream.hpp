/// A stream over a connected socket.
#pragma once

#include <chrono>

#include "git_sync/remote/byte_stream.hpp"
#include "sidekick/fd.hpp"

namespace sidekick::git_sync {

class SocketStream final : public ByteStream {
 public:
  /// `fd` is non-blocking.
  SocketStream(Fd fd, std::chrono::milliseconds idle) : fd_(std::move(fd)), idle_(idle) {}

  std::size_t read(std::span<std::byte> into, const CancelToken& cancel) override;
  Written write(std::string_view bytes, const CancelToken& cancel) override;
  std::string complaint() const override { return {}; }

 private:
  Fd fd_;
  std::chrono::milliseconds idle_;
};

}  // namespace sidekick::git_sync
