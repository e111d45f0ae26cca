/// Rules between settings.
#pragma once

#include <initializer_list>
#include <string_view>

#include "agent/config/values.hpp"

namespace sidekick::cli {

struct Pair {
  std::string_view first;
  std::string_view second;
};

/// Throws Error of kind config when both settings of a pair were given: it names where each came from.
void check_excluding(const config::Values& values, std::initializer_list<Pair> pairs);

/// Throws Error of kind config when the first of a pair was given without the second.
void check_needing(const config::Values& values, std::initializer_list<Pair> pairs);

}  // namespace sidekick::cli
