/// JSON as users write it in flags.
#pragma once

#include <string>
#include <string_view>

namespace sidekick::mongo {

/// `text` with its keys quoted and its single quotes doubled: "{w: 3, tag: 'x'}" becomes R"({"w": 3, "tag": "x"})", as
/// in the official tools. Valid JSON is unchanged; invalid text stays invalid.
std::string strict_json(std::string_view text);

}  // namespace sidekick::mongo
