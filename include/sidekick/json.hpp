/// JSON (RFC 8259) with Boost.JSON: strict reading, and the layouts of the documents that we write. For any thread.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <string_view>

namespace sidekick {

/// One whole value. Throws std::invalid_argument with the place ("at byte 12: syntax error") for anything that is not
/// strict JSON: text after the value, a name that is given twice, bytes that are not UTF-8, more than 32 levels. The
/// message never quotes `text`. Pure.
boost::json::value parse_json(std::string_view text);

/// The member `name` of an object if it is a string; nullptr if `value` is not an object or has no such string. Pure.
const boost::json::string* json_string(const boost::json::value& value, std::string_view name) noexcept;

enum class JsonLayout {
  compact,  ///< one line without spaces: {"a":1,"b":[2,3]}
  spaced,   ///< one line, a space after each comma and colon: {"a": 1, "b": [2, 3]}
  lines,    ///< the members of the two outer levels on a line each, what they hold spaced
};

/// `value` as text in UTF-8, without a line end: members in their order, numbers in the shortest form that reads back
/// as the same (1.5, not 1.5E0), null for an infinite one. Escapes DEL and C1 as well, which a terminal obeys; bytes
/// that are not UTF-8 become U+FFFD. Pure.
std::string json_text(const boost::json::value& value, JsonLayout layout = JsonLayout::compact);

}  // namespace sidekick
