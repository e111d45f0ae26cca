/// How alike two texts are.
#pragma once

#include <cstddef>
#include <string_view>

namespace sidekick {

/// How many letters were changed, left out, put in, or swapped with their neighbour; the case of ASCII letters does not
/// count.
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace sidekick
