/// The words of a command line, sorted into flags and arguments.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "agent/config/review.hpp"
#include "agent/config/setting.hpp"

namespace sidekick::config {

struct Flags {
  /// By Setting::name, and by Setting::name + "-file" for the twins; the values in the given order. A flag without a
  /// value has the text "true".
  std::map<std::string, std::vector<std::string>, std::less<>> given;
  std::vector<std::string> arguments;
};

/// Parses the grammar of the Go tools: --x=v, --x v, -x v, -xv, -x=v, -vvv, --x alone where the value is optional (a
/// following word that begins with '-' is never a value, '-' alone is). Adds Error of kind usage to `review` for an
/// unknown flag (the hint names the nearest), a value that is missing, empty or given to a flag without values; the
/// rest is parsed all the same.
Flags parse_flags(const Schema& schema, const std::vector<std::string>& words, Review& review);

/// The same, but throws the first Error.
Flags parse_flags(const Schema& schema, const std::vector<std::string>& words);

}  // namespace sidekick::config
