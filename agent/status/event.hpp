/// One line of the log before it is written, and its receiver.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "sidekick/log.hpp"

namespace sidekick::status {

/// What happened, in which job and attempt. The views live until the call that takes the event returns.
struct Event {
  LogLevel level = LogLevel::info;
  std::string_view message;
  std::string_view job;
  int attempt = 0;  ///< 0: outside of any
  std::span<const LogField> fields;
};

/// Takes events from any thread; never throws.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void event(const Event& event) noexcept = 0;
};

/// The log a job is given: puts the job's name and attempt to each of its events. Thread safe.
class JobLog final : public Log {
 public:
  JobLog(EventSink& sink, std::string job, int attempt) : sink_(sink), job_(std::move(job)), attempt_(attempt) {}
  void write(LogLevel level, std::string_view message, LogFields fields) noexcept override {
    sink_.event({level, message, job_, attempt_, {fields.begin(), fields.size()}});
  }

 private:
  EventSink& sink_;
  std::string job_;
  int attempt_;
};

std::string_view level_name(LogLevel level) noexcept;

}  // namespace sidekick::status
