#include "sidekick/json.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_stack.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <utility>

#include "sidekick/utf8.hpp"

namespace sidekick {

namespace {

using boost::json::array;
using boost::json::object;
using boost::json::string_view;
using boost::json::value;
using boost::system::error_code;

/// The handler of Boost's parser: builds the value, and counts the names in the text, since an object keeps only the
/// last of several members with the same name.
class Builder final {
 public:
  static constexpr std::size_t max_object_size = object::max_size();
  static constexpr std::size_t max_array_size = array::max_size();
  static constexpr std::size_t max_key_size = boost::json::string::max_size();
  static constexpr std::size_t max_string_size = boost::json::string::max_size();

  value release() { return stack_.release(); }
  std::size_t names() const noexcept { return names_; }

  bool on_document_begin(error_code& /*error*/) {
    stack_.reset();
    return true;
  }
  bool on_document_end(error_code& /*error*/) { return true; }
  bool on_object_begin(error_code& /*error*/) { return true; }
  bool on_object_end(std::size_t size, error_code& /*error*/) {
    names_ += size;
    stack_.push_object(size);
    return true;
  }
  bool on_array_begin(error_code& /*error*/) { return true; }
  bool on_array_end(std::size_t size, error_code& /*error*/) {
    stack_.push_array(size);
    return true;
  }
  bool on_key_part(string_view text, std::size_t /*total*/, error_code& /*error*/) {
    stack_.push_chars(text);
    return true;
  }
  bool on_key(string_view text, std::size_t /*total*/, error_code& /*error*/) {
    stack_.push_key(text);
    return true;
  }
  bool on_string_part(string_view text, std::size_t /*total*/, error_code& /*error*/) {
    stack_.push_chars(text);
    return true;
  }
  bool on_string(string_view text, std::size_t /*total*/, error_code& /*error*/) {
    stack_.push_string(text);
    return true;
  }
  bool on_number_part(string_view /*text*/, error_code& /*error*/) { return true; }
  bool on_int64(std::int64_t number, string_view /*text*/, error_code& /*error*/) {
    stack_.push_int64(number);
    return true;
  }
  bool on_uint64(std::uint64_t number, string_view /*text*/, error_code& /*error*/) {
    stack_.push_uint64(number);
    return true;
  }
  bool on_double(double number, string_view /*text*/, error_code& /*error*/) {
    stack_.push_double(number);
    return true;
  }
  bool on_bool(bool truth, error_code& /*error*/) {
    stack_.push_bool(truth);
    return true;
  }
  bool on_null(error_code& /*error*/) {
    stack_.push_null();
    return true;
  }
  bool on_comment_part(string_view /*text*/, error_code& /*error*/) { return true; }
  bool on_comment(string_view /*text*/, error_code& /*error*/) { return true; }

 private:
  boost::json::value_stack stack_;
  std::size_t names_ = 0;
};

std::size_t members_of(const value& json) {
  std::size_t out = 0;
  if (const auto* members = json.if_object()) {
    out += members->size();
    for (const auto& member : *members) out += members_of(member.value());
  } else if (const auto* elements = json.if_array()) {
    for (const auto& element : *elements) out += members_of(element);
  }
  return out;
}

/// Boost escapes only what RFC 8259 requires, and checks no UTF-8. What is outside of strings is ASCII.
std::string printable_json(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  const auto is_special = [](char c) { return static_cast<unsigned char>(c) >= 0x7f; };
  while (!text.empty()) {
    const auto bytes = character_bytes(text);
    const auto last = static_cast<unsigned char>(text[bytes == 2 ? 1 : 0]);
    if (bytes == 0) {
      out += "\xef\xbf\xbd";
    } else if (is_special(text[0]) && bytes <= 2 && begins_with_control(text)) {
      constexpr std::string_view hex = "0123456789abcdef";
      out.append("\\u00").append(1, hex[last >> 4]).append(1, hex[last & 15]);
    } else {
      out.append(text.substr(0, bytes));
    }
    text.remove_prefix(std::max<std::size_t>(bytes, 1));
    const auto plain = static_cast<std::size_t>(std::ranges::find_if(text, is_special) - text.begin());
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
  }
  return out;
}

std::string number_text(double number) {
  if (!std::isfinite(number)) return "null";
  std::array<char, 32> digits{};
  return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr};
}

/// Boost itself has one layout only, and writes 1.5 as 1.5E0.
class Writer final {
 public:
  explicit Writer(JsonLayout layout)
      : spaces_(layout != JsonLayout::compact), broken_levels_(layout == JsonLayout::lines ? 2 : 0) {}

  void write(const value& json, std::size_t level) {
    if (const auto* members = json.if_object())
      write_object(*members, level);
    else if (const auto* elements = json.if_array())
      write_array(*elements, level);
    else if (const auto* number = json.if_double())
      out_ += number_text(*number);
    else
      out_ += boost::json::serialize(json);
  }

  std::string take() { return std::move(out_); }

 private:
  void write_object(const object& members, std::size_t level) {
    out_ += '{';
    for (bool first = true; const auto& member : members) {
      separate(std::exchange(first, false), level);
      out_.append(boost::json::serialize(member.key())).append(spaces_ ? ": " : ":");
      write(member.value(), level + 1);
    }
    end('}', members.empty(), level);
  }

  void write_array(const array& elements, std::size_t level) {
    out_ += '[';
    for (bool first = true; const auto& element : elements) {
      separate(std::exchange(first, false), level);
      write(element, level + 1);
    }
    end(']', elements.empty(), level);
  }

  void separate(bool first, std::size_t level) {
    if (!first) out_ += ',';
    if (level < broken_levels_)
      begin_line(level + 1);
    else if (!first && spaces_)
      out_ += ' ';
  }

  void end(char bracket, bool empty, std::size_t level) {
    if (!empty && level < broken_levels_) begin_line(level);
    out_ += bracket;
  }

  void begin_line(std::size_t level) { out_.append("\n").append(2 * level, ' '); }

  bool spaces_;
  std::size_t broken_levels_;
  std::string out_;
};

}  // namespace

value parse_json(std::string_view text) {
  boost::json::basic_parser<Builder> parser{boost::json::parse_options()};
  error_code error;
  const auto read = parser.write_some(false, text.data(), text.size(), error);
  const auto fail = [&](const std::string& cause) {
    throw std::invalid_argument("at byte " + std::to_string(read) + ": " + cause);
  };
  if (error) fail(error.message());
  if (read < text.size()) fail("text follows the end");
  auto out = parser.handler().release();
  if (members_of(out) != parser.handler().names()) throw std::invalid_argument("a name is given twice");
  return out;
}

const boost::json::string* json_string(const value& json, std::string_view name) noexcept {
  const auto* members = json.if_object();
  const auto* member = members == nullptr ? nullptr : members->if_contains({name.data(), name.size()});
  return member == nullptr ? nullptr : member->if_string();
}

std::string json_text(const value& json, JsonLayout layout) {
  Writer writer(layout);
  writer.write(json, 0);
  return printable_json(writer.take());
}

}  // namespace sidekick
