/// Keys in PEM that lost their lines on the way through a variable or a YAML file.
#pragma once

#include <string>
#include <string_view>

namespace sidekick {

/// What is wrong with the lines of a key or certificate in PEM: "its line breaks are missing"; empty where nothing is,
/// and for text that has no BEGIN line at all. The text itself is never part of the result.
std::string damage_of_pem(std::string_view text);

/// What mends such damage, as a hint.
inline constexpr std::string_view pem_damage_hint =
    "the file must have the lines of the original: mount it as a file, or write it in YAML as a block after '|'";

}  // namespace sidekick
