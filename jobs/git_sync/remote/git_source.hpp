/// Streams of git:// (gitprotocol-pack: "Git Transport").
#pragma once

#include <chrono>

#include "git_sync/remote/byte_stream.hpp"
#include "sidekick/url.hpp"

namespace sidekick::git_sync {

struct StreamTimes {
  std::chrono::milliseconds connect{30'000};
  std::chrono::milliseconds idle{60'000};
};

class GitSource final : public StreamSource {
 public:
  GitSource(Url url, StreamTimes times) : url_(std::move(url)), times_(times) {}

  std::unique_ptr<ByteStream> open(const CancelToken& cancel) override;
  void disconnect() noexcept override {}

 private:
  Url url_;
  StreamTimes times_;
};

}  // namespace sidekick::git_sync
