/// What `verify` found, for people and for machines.
#pragma once

#include <string>

#include "verify/report.hpp"

namespace sidekick::cli {

/// A table of what it holds and a line of totals; control characters in names are escaped.
std::string to_table(const verify::Report& report);

/// One JSON object on one line; bytes of names that are no UTF-8 become U+FFFD.
std::string to_json(const verify::Report& report);

}  // namespace sidekick::cli
