/// Lists names on one line of a log.
#pragma once

#include <span>
#include <string>

namespace sidekick::mongo {

/// "a, b, c"; of many only the first, and the number of others.
inline std::string listed(std::span<const std::string> names) {
  constexpr std::size_t most = 20;
  std::string out;
  for (const auto& name : names.first(std::min(names.size(), most))) out += (out.empty() ? "" : ", ") + name;
  if (names.size() > most) out += " and " + std::to_string(names.size() - most) + " more";
  return out;
}

}  // namespace sidekick::mongo
