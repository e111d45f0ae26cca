/// A stream cut into blocks that several threads code, handed on in their order.
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

/// Codes one block after another, each for itself. For one thread.
class BlockCoder {
 public:
  using Bytes = std::vector<std::uint8_t>;

  virtual ~BlockCoder() = default;

  /// What `block` becomes, in the memory of `used` where that is large enough. Throws Error.
  virtual Bytes code(std::span<const std::uint8_t> block, Bytes used) = 0;
};

/// Blocks of `block_bytes` each but the last; an empty stream is one empty block. Holds at most `threads` + 2 blocks,
/// each plain and coded. What a thread throws comes out of write() or finish(); `next` is only called by the thread
/// that writes. Destruction waits for no more than the blocks in work.
class ParallelSink final : public Sink {
 public:
  using MakeCoder = std::function<std::unique_ptr<BlockCoder>()>;

  /// Calls `make_coder` once for each thread. Throws what that throws, and Error internal where no thread can be had.
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
