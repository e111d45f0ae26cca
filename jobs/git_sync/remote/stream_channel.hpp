/// Conversations over a stream of bytes: git:// and ssh.
#pragma once

#include <memory>

#include "git_sync/remote/byte_stream.hpp"
#include "git_sync/remote/channel.hpp"

namespace sidekick::git_sync {

class StreamChannel final : public Channel {
 public:
  explicit StreamChannel(std::unique_ptr<StreamSource> source) : source_(std::move(source)) {}

  State state() const noexcept override { return State::per_conversation; }
  void greet(LineReader& reader, const CancelToken& cancel) override;
  void exchange(std::string_view request, LineReader& reader, const CancelToken& cancel) override;
  void hang_up() noexcept override;
  void disconnect() noexcept override;

 private:
  void read_answer(LineReader& reader, const CancelToken& cancel);

  std::unique_ptr<StreamSource> source_;
  std::unique_ptr<ByteStream> stream_;
};

}  // namespace sidekick::git_sync
