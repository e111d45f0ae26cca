/// Counts in messages.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sidekick {

/// "1 document", "2 documents"; with `many` where the plural is irregular: "2 oplog entries". Pure.
inline std::string plural(std::uint64_t n, std::string_view one, std::string_view many = {}) {
  auto out = std::to_string(n).append(" ");
  if (n == 1) return out.append(one);
  return many.empty() ? out.append(one).append("s") : out.append(many);
}

}  // namespace sidekick
