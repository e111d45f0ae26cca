/// One of the five fields of a cron line.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace sidekick::schedule {

/// The valid values of a field. Views of string literals.
struct CronField {
  std::string_view name;  ///< for messages: "hour"
  int least = 0;
  int most = 0;
  std::span<const std::string_view> names{};  ///< of the values from `least` on; case is ignored
};

/// The values that `text` selects, value n as bit n: a list of "*", "n", "n-m", each with or without "/step" ("n/step"
/// continues to the greatest). Throws Error of kind usage: "hour '25': not within 0 to 23".
std::uint64_t parse_cron_field(const CronField& field, std::string_view text);

}  // namespace sidekick::schedule
