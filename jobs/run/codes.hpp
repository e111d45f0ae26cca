/// Sets of exit codes: "0,3,75", "1-125", "any".
#pragma once

#include <bitset>
#include <string_view>

namespace sidekick::run {

/// Exit codes from 0 to 255; 128 + n for signal n.
using CodeSet = std::bitset<256>;

/// Parses numbers and ranges separated by commas; "any" is all but 0. Throws Error of kind usage that names the invalid
/// part.
CodeSet parse_codes(std::string_view text);

}  // namespace sidekick::run
