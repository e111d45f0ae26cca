/// Sinks into memory, for tests.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "filters/sink.hpp"
#include "sidekick/error.hpp"

namespace sidekick::test {

/// Keeps what it is given, and whether that was finished.
class MemorySink final : public filters::Sink {
 public:
  void write(std::span<const std::uint8_t> more) override { bytes.insert(bytes.end(), more.begin(), more.end()); }
  void finish() override { finished++; }

  std::vector<std::uint8_t> bytes;
  int finished = 0;
};

/// A disk that is full after so many bytes.
class FullSink final : public filters::Sink {
 public:
  explicit FullSink(std::size_t room) : room_(room) {}
  void write(std::span<const std::uint8_t> more) override {
    if (more.size() > room_) throw Error(ErrorKind::io, "cannot write 'full': no space left on device");
    room_ -= more.size();
  }
  void finish() override {}

 private:
  std::size_t room_;
};

/// Writes `bytes` into `sink`, at most `step` at once.
inline void write_in_steps(filters::Sink& sink, std::span<const std::uint8_t> bytes, std::size_t step) {
  while (!bytes.empty()) {
    const auto n = std::min(step, bytes.size());
    sink.write(bytes.first(n));
    bytes = bytes.subspan(n);
  }
}

}  // namespace sidekick::test
