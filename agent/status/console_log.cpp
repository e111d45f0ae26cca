#include "agent/status/console_log.hpp"

#include <spdlog/details/null_mutex.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>

#include "agent/status/format.hpp"

namespace sidekick::status {

namespace {

/// The console makes threads write in turn, and none waits for ever.
class ConsoleSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit ConsoleSink(Console& console) : console_(console) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& msg) override {
    console_.line({msg.payload.data(), msg.payload.size()});
  }
  void flush_() override {}

 private:
  Console& console_;
};

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      break;
  }
  return spdlog::level::err;
}

std::string formatted(LogFormat format, const Event& event, std::chrono::system_clock::time_point now) {
  switch (format) {
    case LogFormat::json:
      return format_json(event, now);
    case LogFormat::git_sync:
      return format_git_sync(event, now);
    case LogFormat::text:
      break;
  }
  return format_text(event, now);
}

}  // namespace

struct ConsoleLog::Logger {
  explicit Logger(Console& console) : to_console("sidekick", std::make_shared<ConsoleSink>(console)) {}
  spdlog::logger to_console;
};

ConsoleLog::ConsoleLog(Console& console, LogFormat format, LogLevel level)
    : format_(format), level_(level), logger_(std::make_unique<Logger>(console)) {
  logger_->to_console.set_level(spdlog_level(level));
}

ConsoleLog::~ConsoleLog() = default;

void ConsoleLog::event(const Event& event) noexcept try {
  if (event.level < level_) return;
  const auto now = std::chrono::system_clock::now();
  const auto line = formatted(format_, event, now);
  logger_->to_console.log(spdlog_level(event.level), spdlog::string_view_t(line.data(), line.size()));
} catch (...) {
  return;  // out of memory: the line is lost
}

}  // namespace sidekick::status
