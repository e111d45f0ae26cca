/// The similarity of two texts.
#pragma once

#include <cstddef>
#include <string_view>

namespace sidekick {

/// The number of letters that are replaced, deleted, inserted or swapped with their neighbour; ignores the case of
/// ASCII letters.
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace sidekick
