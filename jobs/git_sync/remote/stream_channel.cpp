#include "git_sync/remote/stream_channel.hpp"

#include <vector>

#include "git_sync/remote/protocol_error.hpp"

namespace sidekick::git_sync {

namespace {

constexpr std::size_t buffer_bytes = 128U << 10U;

}  // namespace

void StreamChannel::greet(LineReader& reader, const CancelToken& cancel) {
  stream_.reset();
  stream_ = source_->open(cancel);
  read_answer(reader, cancel);
}

void StreamChannel::exchange(std::string_view request, LineReader& reader, const CancelToken& cancel) {
  stream_->write(request, cancel);  // if the server no longer reads, its answer has the reason
  read_answer(reader, cancel);
}

void StreamChannel::read_answer(LineReader& reader, const CancelToken& cancel) {
  PktSplitter splitter(reader);
  std::vector<std::byte> buffer(buffer_bytes);
  for (;;) {
    const auto n = stream_->read(buffer, cancel);
    if (n == 0) break;
    if (splitter.feed(std::span(buffer).first(n)) == Reading::complete) return;
  }
  if (const auto said = last_complaint(stream_->complaint()); !said.empty()) throw server_error(said);
  throw Error(ErrorKind::unavailable, "the connection was closed before the end of the answer");
}

void StreamChannel::hang_up() noexcept {
  if (!stream_) return;
  stream_.reset();
}

void StreamChannel::disconnect() noexcept {
  stream_.reset();
  source_->disconnect();
}

}  // namespace sidekick::git_sync
