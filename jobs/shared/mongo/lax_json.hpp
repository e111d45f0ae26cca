/// JSON as people write it into flags.
#pragma once

#include <string>
#include <string_view>

namespace sidekick::mongo {

/// `text` with its keys in quotes and its single quotes made double: "{w: 3, tag: 'x'}" becomes
/// R"({"w": 3, "tag": "x"})", as the official tools read it. JSON comes back as it is; what is neither stays wrong.
std::string strict_json(std::string_view text);

}  // namespace sidekick::mongo
