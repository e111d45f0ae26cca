#include "sidekick/json.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <stdexcept>
#include <unordered_set>

#include "sidekick/utf8.hpp"

namespace sidekick {

namespace {

constexpr int max_depth = 32;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

void append_character(std::string& out, std::uint32_t code) {
  const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xc0 | (code >> 6));
  } else {
    if (code < 0x10000) {
      put(0xe0 | (code >> 12));
    } else {
      put(0xf0 | (code >> 18));
      put(0x80 | ((code >> 12) & 0x3f));
    }
    put(0x80 | ((code >> 6) & 0x3f));
  }
  put(0x80 | (code & 0x3f));
}

class Reader final {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  JsonValue whole() {
    auto out = value(0);
    blanks();
    if (at_ != text_.size()) fail("text follows the end");
    return out;
  }

 private:
  [[noreturn]] void fail(const char* what) const {
    throw std::invalid_argument("at byte " + std::to_string(at_) + ": " + what);
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  void blanks() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

  JsonValue value(int depth) {
    if (depth > max_depth) fail("too many levels");
    blanks();
    if (take("{")) return {members(depth)};
    if (take("[")) return {elements(depth)};
    if (peek() == '"') return {string()};
    if (peek() == '-' || is_digit(peek())) return {number()};
    if (take("true")) return {true};
    if (take("false")) return {false};
    if (take("null")) return {};
    fail("a value is missing");
  }

  std::vector<JsonMember> members(int depth) {
    std::vector<JsonMember> out;
    std::unordered_set<std::string> names;
    blanks();
    if (take("}")) return out;
    do {
      blanks();
      if (peek() != '"') fail("a name is missing");
      auto name = string();
      if (!names.insert(name).second) fail("a name is given twice");
      blanks();
      if (!take(":")) fail("a colon is missing");
      out.push_back({std::move(name), value(depth + 1)});
      blanks();
    } while (take(","));
    if (!take("}")) fail("an object does not end");
    return out;
  }

  std::vector<JsonValue> elements(int depth) {
    std::vector<JsonValue> out;
    blanks();
    if (take("]")) return out;
    do {
      out.push_back(value(depth + 1));
      blanks();
    } while (take(","));
    if (!take("]")) fail("a list does not end");
    return out;
  }

  void digits() {
    if (!is_digit(peek())) fail("a digit is missing");
    while (is_digit(peek())) at_++;
  }

  JsonNumber number() {
    const auto begin = at_;
    take("-");
    if (!take("0")) digits();
    if (take(".")) digits();
    if (take("e") || take("E")) {
      if (!take("+")) take("-");
      digits();
    }
    return {std::string(text_.substr(begin, at_ - begin))};
  }

  std::string string() {
    std::string out;
    at_++;
    while (!take("\"")) {
      if (at_ == text_.size()) fail("a string does not end");
      if (take("\\")) {
        escape(out);
        continue;
      }
      if (static_cast<unsigned char>(peek()) < 0x20) fail("a control character in a string");
      const auto bytes = character_bytes(text_.substr(at_));
      if (bytes == 0) fail("not UTF-8");
      out.append(text_.substr(at_, bytes));
      at_ += bytes;
    }
    return out;
  }

  std::uint32_t unit() {
    std::uint32_t out = 0;
    const auto hex = text_.substr(at_, 4);
    const auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), out, 16);
    if (hex.size() != 4 || error != std::errc() || end != hex.data() + 4) fail("a bad escape");
    at_ += 4;
    return out;
  }

  void escape(std::string& out) {
    constexpr std::string_view names = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    if (take("u")) {
      auto code = unit();
      if (code >= 0xdc00 && code <= 0xdfff) fail("half a surrogate pair");
      if (code >= 0xd800 && code <= 0xdbff) {
        const auto low = take("\\u") ? unit() : 0;
        if (low < 0xdc00 || low > 0xdfff) fail("half a surrogate pair");
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      }
      return append_character(out, code);
    }
    const auto which = at_ < text_.size() ? names.find(text_[at_]) : std::string_view::npos;
    if (which == std::string_view::npos) fail("a bad escape");
    out += meanings[which];
    at_++;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

const JsonValue* JsonValue::find(std::string_view name) const noexcept {
  const auto* members = as<std::vector<JsonMember>>();
  if (members == nullptr) return nullptr;
  const auto found = std::ranges::find(*members, name, &JsonMember::name);
  return found == members->end() ? nullptr : &found->value;
}

JsonValue parse_json(std::string_view text) {
  return Reader(text).whole();
}

std::string json_quoted(std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out = "\"";
  while (!text.empty()) {
    const auto c = static_cast<unsigned char>(text.front());
    const auto bytes = character_bytes(text);
    if (c == '"' || c == '\\')
      out.append("\\").append(1, text.front());
    else if (c == '\n')
      out += "\\n";
    else if (c < 0x20 || c == 0x7f)
      out.append("\\u00").append(1, hex[c >> 4]).append(1, hex[c & 15]);
    else if (bytes == 2 && c == 0xc2 && begins_with_control(text))
      out.append("\\u00").append(1, hex[static_cast<unsigned char>(text[1]) >> 4]).append(1, hex[text[1] & 15]);
    else
      out.append(bytes == 0 ? "\xef\xbf\xbd" : text.substr(0, bytes));
    text.remove_prefix(std::max<std::size_t>(bytes, 1));
  }
  return out + '"';
}

}  // namespace sidekick
