/// JSON (RFC 8259), strictly read into values and written as text: no library, for the 150 KB that one costs.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sidekick {

struct JsonMember;

/// A number as it is written: "12", "-1.5e3".
struct JsonNumber {
  std::string text;
};

struct JsonValue {
  std::variant<std::monostate, bool, JsonNumber, std::string, std::vector<JsonValue>, std::vector<JsonMember>> value;

  /// Its member of that name; nullptr where there is none, or this is no object.
  const JsonValue* find(std::string_view name) const noexcept;
  /// What it holds, or nullptr where it is of another type.
  template <class T>
  const T* as() const noexcept {
    return std::get_if<T>(&value);
  }
};

struct JsonMember {
  std::string name;
  JsonValue value;
};

/// One whole value. Throws std::invalid_argument with the place ("at byte 12: …") for anything that is not strict JSON:
/// text after it, names that come twice, bytes that are not UTF-8, lone surrogates, more than 32 levels.
JsonValue parse_json(std::string_view text);

/// `text` as a JSON string with its quotes; bytes that are not UTF-8 become U+FFFD.
std::string json_quoted(std::string_view text);

}  // namespace sidekick
