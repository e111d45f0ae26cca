#include "filters/pipe.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <vector>

#include "sidekick/error.hpp"

namespace sidekick::filters {

namespace {

/// Shared by both ends: a ring buffer.
class Ring final {
 public:
  explicit Ring(std::size_t max_bytes) : bytes_(std::max<std::size_t>(max_bytes, 1)) {}

  void write(std::span<const std::uint8_t> from) {
    while (!from.empty()) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return held_ < bytes_.size() || reader_gone_; });
      if (reader_gone_) throw nobody_reads();
      const auto at = (begin_ + held_) % bytes_.size();
      const auto n = std::min({from.size(), bytes_.size() - held_, bytes_.size() - at});
      std::copy_n(from.begin(), n, bytes_.begin() + static_cast<std::ptrdiff_t>(at));
      held_ += n;
      from = from.subspan(n);
      changed_.notify_all();
    }
  }

  void finish() {
    std::unique_lock lock(mutex_);
    finished_ = true;
    changed_.notify_all();
    changed_.wait(lock, [&] { return end_was_read_ || reader_gone_; });
    if (!end_was_read_) throw nobody_reads();
  }

  std::size_t read(std::span<std::uint8_t> into) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return held_ > 0 || finished_ || writer_gone_; });
    if (held_ == 0 && !finished_) throw Error(ErrorKind::cancelled, "reading was stopped before the end");
    const auto n = std::min({into.size(), held_, bytes_.size() - begin_});
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(begin_), n, into.begin());
    begin_ = (begin_ + n) % bytes_.size();
    held_ -= n;
    end_was_read_ = n == 0;
    changed_.notify_all();
    return n;
  }

  void close_writer() noexcept { close(writer_gone_); }
  void close_reader() noexcept { close(reader_gone_); }

 private:
  static Error nobody_reads() { return {ErrorKind::io, "the reader has stopped"}; }

  void close(bool& end) noexcept {
    const std::lock_guard lock(mutex_);
    end = true;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::uint8_t> bytes_;
  std::size_t begin_ = 0;
  std::size_t held_ = 0;
  bool finished_ = false;
  bool end_was_read_ = false;
  bool writer_gone_ = false;
  bool reader_gone_ = false;
};

class PipeSink final : public Sink {
 public:
  explicit PipeSink(std::shared_ptr<Ring> ring) : ring_(std::move(ring)) {}
  ~PipeSink() override { ring_->close_writer(); }
  void write(std::span<const std::uint8_t> bytes) override { ring_->write(bytes); }
  void finish() override { ring_->finish(); }

 private:
  std::shared_ptr<Ring> ring_;
};

class PipeSource final : public Source {
 public:
  explicit PipeSource(std::shared_ptr<Ring> ring) : ring_(std::move(ring)) {}
  ~PipeSource() override { ring_->close_reader(); }
  std::size_t read(std::span<std::uint8_t> into) override { return ring_->read(into); }

 private:
  std::shared_ptr<Ring> ring_;
};

}  // namespace

PipeEnds make_pipe(std::size_t max_bytes) {
  auto ring = std::make_shared<Ring>(max_bytes);
  return {std::make_unique<PipeSink>(ring), std::make_unique<PipeSource>(ring)};
}

ReadingSink::ReadingSink(std::size_t max_bytes, Reader reader) {
  auto ends = make_pipe(max_bytes);
  sink_ = std::move(ends.sink);
  thread_ = std::thread([this, reader = std::move(reader), source = std::move(ends.source)]() mutable {
    try {
      reader(std::move(source));
    } catch (...) {
      failure_ = std::current_exception();
    }
    source.reset();
  });
}

ReadingSink::~ReadingSink() {
  sink_.reset();
  if (thread_.joinable()) thread_.join();
}

void ReadingSink::rethrow() {
  thread_.join();  // its source is destroyed, so it is about to end; its failure is only known then
  if (failure_) std::rethrow_exception(failure_);
  throw Error(ErrorKind::internal, "the reader of a stream stopped before its end");
}

void ReadingSink::write(std::span<const std::uint8_t> bytes) {
  try {
    return sink_->write(bytes);
  } catch (const Error&) {
    rethrow();
  }
}

void ReadingSink::finish() {
  try {
    sink_->finish();
  } catch (const Error&) {
    rethrow();
  }
  thread_.join();
  if (failure_) std::rethrow_exception(failure_);
}

}  // namespace sidekick::filters
