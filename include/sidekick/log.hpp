/// Structured log lines: one event a line, a message and fields.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace sidekick {

enum class LogLevel { debug, info, warning, error };

/// A name and a value. The views must live until the call that takes the field returns.
struct LogField {
  using Value = std::variant<std::string_view, std::int64_t, double, bool>;

  template <class T>
  LogField(std::string_view name, const T& v) : key(name), value(convert(v)) {}

  std::string_view key;
  Value value;

 private:
  template <class T>
  static Value convert(const T& v) {
    if constexpr (std::is_same_v<T, bool>)
      return v;
    else if constexpr (std::is_integral_v<T>)
      return static_cast<std::int64_t>(v);
    else if constexpr (std::is_floating_point_v<T>)
      return static_cast<double>(v);
    else
      return std::string_view(v);
  }
};

using LogFields = std::initializer_list<LogField>;

/// Receives events. write() is safe from any thread and never throws. The caller keeps secrets out.
class Log {
 public:
  virtual ~Log() = default;
  virtual void write(LogLevel level, std::string_view message, LogFields fields) noexcept = 0;

  void debug(std::string_view message, LogFields fields = {}) noexcept { write(LogLevel::debug, message, fields); }
  void info(std::string_view message, LogFields fields = {}) noexcept { write(LogLevel::info, message, fields); }
  void warn(std::string_view message, LogFields fields = {}) noexcept { write(LogLevel::warning, message, fields); }
  void error(std::string_view message, LogFields fields = {}) noexcept { write(LogLevel::error, message, fields); }
};

}  // namespace sidekick
