#include "agent/status/format.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>

#include "sidekick/utc.hpp"
#include "sidekick/utf8.hpp"

namespace sidekick::status {

namespace {

constexpr std::size_t max_value_bytes = 4000;
constexpr std::size_t max_message_bytes = 14'400;  // with the usual fields the line is not too long
constexpr std::size_t room_for_the_last_field = 32;

void append_control(std::string& out, char c) {
  if (c == '\n') {
    out += "\\n";
  } else if (c == '\t') {
    out += "\\t";
  } else if (c == '\r') {
    out += "\\r";
  } else {
    std::array<char, 8> code{};
    std::snprintf(code.data(), code.size(), "\\u%04x", static_cast<unsigned char>(c));
    out += code.data();
  }
}

/// How many bytes at the front need no escape.
std::size_t plain_length(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size() && text[i] >= 0x20 && text[i] < 0x7F && text[i] != '"' && text[i] != '\\') i++;
  return i;
}

/// The value with its special characters escaped, cut at `most` bytes.
std::string escape(std::string_view text, std::size_t most) {
  std::string out;
  while (!text.empty()) {
    if (out.size() > most) return out + "… (" + std::to_string(text.size()) + " more bytes)";
    const auto plain = plain_length(text.substr(0, most + 1 - out.size()));
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (plain > 0) continue;
    const auto length = character_bytes(text);
    const char c = text[0];
    if (length == 0) {
      out += "\xEF\xBF\xBD";
    } else if (c == '"' || c == '\\') {
      out.append("\\").append(1, c);
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      append_control(out, c);
    } else if (length == 2 && begins_with_control(text)) {
      append_control(out, text[1]);  // C1: U+0080 to U+009F, of which the second byte is the number
    } else {
      out.append(text.substr(0, length));
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

bool needs_quotes(std::string_view text) {
  if (text.empty()) return true;
  for (const char c : text)
    if (static_cast<unsigned char>(c) <= 0x20 || c == '"' || c == '=' || c == '\\' || c == 0x7F) return true;
  return false;
}

std::string number(double value) {
  if (!std::isfinite(value)) return "null";
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.6g", value);
  return text.data();
}

template <class Quote>
std::string value_text(const LogField::Value& value, Quote quote) {
  if (const auto* text = std::get_if<std::string_view>(&value)) return quote(*text);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
  if (const auto* real = std::get_if<double>(&value)) return number(*real);
  return std::get<bool>(value) ? "true" : "false";
}

std::string text_string(std::string_view text, std::size_t most) {
  const auto escaped = escape(text, most);
  return needs_quotes(escaped) ? '"' + escaped + '"' : escaped;
}

std::string json_text(std::string_view text, std::size_t most) {
  return '"' + escape(text, most) + '"';
}

std::string json_string(std::string_view text) {
  return json_text(text, max_value_bytes);
}

bool is_empty(const LogField::Value& value) {
  const auto* text = std::get_if<std::string_view>(&value);
  return text && text->empty();
}

/// What differs between text and JSON.
struct Style {
  std::string_view begin, between, end;
  std::string (*pair)(std::string_view key, std::string_view value);
  std::string (*quote)(std::string_view text, std::size_t most);
};

constexpr Style text_style{
    "", " ", "",
    [](std::string_view key, std::string_view value) { return std::string(key) + "=" + std::string(value); },
    text_string};
constexpr Style json_style{
    "{", ",", "}",
    [](std::string_view key, std::string_view value) { return json_string(key) + ":" + std::string(value); },
    json_text};

std::string local_time(std::chrono::system_clock::time_point time) {
  using namespace std::chrono;
  const auto seconds = floor<std::chrono::seconds>(time);
  const std::time_t whole = system_clock::to_time_t(seconds);
  std::tm parts{};
  ::localtime_r(&whole, &parts);
  std::array<char, 64> text{};
  const auto length = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts);
  std::snprintf(text.data() + length, text.size() - length, ".%06d",
                static_cast<int>(duration_cast<microseconds>(time - seconds).count()));
  return text.data();
}

std::string format(const Style& style, const Event& event, std::chrono::system_clock::time_point time) {
  const auto quote = [&](std::string_view text) { return style.quote(text, max_value_bytes); };
  std::string out(style.begin);
  out += style.pair("ts", quote(format_time(time)));
  const auto add = [&](std::string_view key, std::string_view value) {
    const auto pair = style.pair(key, value);
    if (out.size() + pair.size() + room_for_the_last_field > max_line_bytes) return false;
    out.append(style.between).append(pair);
    return true;
  };
  bool whole =
      add("level", quote(level_name(event.level))) && add("msg", style.quote(event.message, max_message_bytes));
  if (!event.job.empty()) whole = add("job", quote(event.job)) && whole;
  if (event.attempt > 0) whole = add("attempt", std::to_string(event.attempt)) && whole;
  for (const auto& field : event.fields)
    if (!is_empty(field.value)) whole = add(field.key, value_text(field.value, quote)) && whole;
  if (!whole) out.append(style.between).append(style.pair("truncated", "true"));
  return out.append(style.end);
}

}  // namespace

std::string_view level_name(LogLevel level) noexcept {
  constexpr std::array<std::string_view, 4> names{"debug", "info", "warning", "error"};
  return names[static_cast<std::size_t>(level)];
}

std::string format_time(std::chrono::system_clock::time_point time) {
  return utc_text(std::chrono::floor<std::chrono::milliseconds>(time));
}

std::string format_git_sync(const Event& event, std::chrono::system_clock::time_point time) {
  std::string out =
      R"({"logger":"","ts":)" + json_string(local_time(time)) + R"(,"caller":{"file":"sidekick","line":0})";
  if (event.level != LogLevel::error) out += event.level == LogLevel::debug ? R"(,"level":1)" : R"(,"level":0)";
  out += ",\"msg\":" + json_string(event.message);
  if (event.level == LogLevel::error) out += ",\"error\":" + json_string(event.message);
  for (const auto& field : event.fields) {
    if (is_empty(field.value)) continue;
    const auto pair = "," + json_string(field.key) + ":" + value_text(field.value, json_string);
    if (out.size() + pair.size() + room_for_the_last_field <= max_line_bytes) out += pair;
  }
  return out + "}";
}

std::string format_text(const Event& event, std::chrono::system_clock::time_point time) {
  return format(text_style, event, time);
}

std::string format_json(const Event& event, std::chrono::system_clock::time_point time) {
  return format(json_style, event, time);
}

}  // namespace sidekick::status
