/// A stream split into blocks that several threads encode, passed on in order.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "filters/sink.hpp"

namespace sidekick::filters {

/// Encodes blocks independently. For one thread.
class BlockCoder {
 public:
  using Bytes = std::vector<std::uint8_t>;

  virtual ~BlockCoder() = default;

  /// The encoded `block`, in the memory of `used` where that is large enough. Throws Error.
  virtual Bytes code(std::span<const std::uint8_t> block, Bytes used) = 0;
};

/// Uses the threads that the system has, also without any: then the thread that writes encodes.
/// Blocks of `block_bytes` each, except the last; an empty stream is one empty block. Holds at most `threads` + 2
/// blocks, each plain and encoded. write() and finish() rethrow the failure of a thread; `next` is only called by the
/// thread that writes. Destruction waits only for the blocks in work.
class ParallelSink final : public Sink {
 public:
  using MakeCoder = std::function<std::unique_ptr<BlockCoder>()>;

  /// Calls `make_coder` once per thread. Throws what that throws.
  ParallelSink(const MakeCoder& make_coder, std::size_t block_bytes, int threads, Sink& next);
  ~ParallelSink() override;

  void write(std::span<const std::uint8_t> bytes) override;
  void finish() override;

 private:
  struct Slot {
    std::vector<std::uint8_t> plain;
    std::vector<std::uint8_t> coded;
    std::exception_ptr failure;
    bool done = false;
  };

  Slot& slot(std::size_t number) { return slots_[number % slots_.size()]; }
  void work(const std::stop_token& stop, BlockCoder& coder);
  void encode(Slot& mine, BlockCoder& coder);
  void submit();
  void hand_on(std::size_t most_waiting);
  bool wait_for_oldest(std::size_t most_waiting);

  const std::size_t block_bytes_;
  Sink& next_;
  std::vector<Slot> slots_;  ///< by number of block, in turns: those from handed_on_ to submitted_ are under way
  std::mutex mutex_;
  std::condition_variable_any submitted_more_;
  std::condition_variable done_more_;
  std::size_t submitted_ = 0;
  std::size_t taken_ = 0;
  std::size_t handed_on_ = 0;
  std::vector<std::unique_ptr<BlockCoder>> coders_;
  std::vector<std::jthread> threads_;  ///< the last member, so that it ends first
};

}  // namespace sidekick::filters
