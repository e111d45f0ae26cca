/// The ledger of seeds as a table for people.
#pragma once

#include <string>
#include <vector>

#include "seed/entry.hpp"

namespace sidekick::cli {

/// A line of headings and one for each entry; "no seeds" without any.
std::string status_text(const std::vector<seed::Entry>& entries);

}  // namespace sidekick::cli
