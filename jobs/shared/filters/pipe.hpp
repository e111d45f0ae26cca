/// Passes bytes from one thread to another through bounded memory.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <thread>

#include "filters/sink.hpp"
#include "filters/source.hpp"

namespace sidekick::filters {

/// The two ends of a pipe, one per thread. Either may be destroyed first, and wakes the other.
struct PipeEnds {
  /// write() blocks while the pipe is full. finish() returns once the reader was told of the end. Both throw Error io
  /// once the source is destroyed without having read the end.
  std::unique_ptr<Sink> sink;
  /// read() blocks while the pipe is empty. Throws Error cancelled once the sink is destroyed without finish().
  std::unique_ptr<Source> source;
};

/// A pipe that holds at most `max_bytes` (at least 1). Does not support cancellation: a stopped thread destroys its
/// end.
PipeEnds make_pipe(std::size_t max_bytes);

/// A sink that is read by a function in its own thread, such as a verification of what is being written.
class ReadingSink final : public Sink {
 public:
  using Reader = std::function<void(std::unique_ptr<Source>)>;

  /// Starts `reader`, which reads its source to the end. Its references outlive this.
  ReadingSink(std::size_t max_bytes, Reader reader);
  /// Ends the reader's source, if that was not finished, and waits for the reader.
  ~ReadingSink() override;
  ReadingSink(const ReadingSink&) = delete;
  ReadingSink& operator=(const ReadingSink&) = delete;

  /// Throws the exception of the reader.
  void write(std::span<const std::uint8_t> bytes) override;
  /// Waits for the reader to return. Throws its exception; internal where it returned before the end.
  void finish() override;

 private:
  [[noreturn]] void rethrow();

  std::unique_ptr<Sink> sink_;
  std::exception_ptr failure_;
  std::thread thread_;
};

}  // namespace sidekick::filters
