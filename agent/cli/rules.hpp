/// Rules between settings.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "agent/config/resolve.hpp"

namespace sidekick::cli {

struct Pair {
  std::string_view first;
  std::string_view second;
};

/// Reports Error of kind config for each pair of which both settings were given: it names where each came from.
void check_excluding(const config::Values& values, std::initializer_list<Pair> pairs);

/// Reports Error of kind config for each pair of which the first was given without the second.
void check_needing(const config::Values& values, std::initializer_list<Pair> pairs);

/// Reports Error of kind usage where an argument was given; `hint` says what the command takes.
void check_no_arguments(const config::Settings& settings, std::string hint);

}  // namespace sidekick::cli
