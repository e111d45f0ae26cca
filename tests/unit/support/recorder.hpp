/// Log events kept for a test to look at.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "agent/status/event.hpp"
#include "agent/status/format.hpp"

namespace sidekick::test {

struct Recorded {
  LogLevel level;
  std::string message;
  int attempt;
  std::string line;  ///< as text, without the time
};

/// Thread safe.
class Recorder final : public status::EventSink {
 public:
  void event(const status::Event& event) noexcept override {
    const std::lock_guard lock(mutex_);
    auto line = status::format_text(event, {});
    line.erase(0, line.find(' ') + 1);
    events_.push_back({event.level, std::string(event.message), event.attempt, line});
  }

  std::vector<Recorded> events() const {
    const std::lock_guard lock(mutex_);
    return events_;
  }

  std::vector<std::string> lines(LogLevel level) const {
    std::vector<std::string> out;
    for (const auto& event : events())
      if (event.level == level) out.push_back(event.line);
    return out;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Recorded> events_;
};

}  // namespace sidekick::test
