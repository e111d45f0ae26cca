/// The log of the program, written through a Console.
#pragma once

#include <memory>

#include "agent/status/console.hpp"
#include "agent/status/event.hpp"

namespace sidekick::status {

enum class LogFormat {
  text,
  json,
  git_sync,  ///< as kubernetes/git-sync writes it
};

/// Writes every event of at least `level` as one line. Thread safe.
class ConsoleLog final : public EventSink {
 public:
  ConsoleLog(Console& console, LogFormat format, LogLevel level);
  ~ConsoleLog() override;
  void event(const Event& event) noexcept override;

 private:
  struct Logger;
  LogFormat format_;
  LogLevel level_;
  std::unique_ptr<Logger> logger_;
};

}  // namespace sidekick::status
