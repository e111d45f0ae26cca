#include "agent/cli/rules.hpp"

namespace sidekick::cli {

void check_excluding(const config::Values& values, std::initializer_list<Pair> pairs) {
  for (const auto& [first, second] : pairs)
    if (values.given(first) && values.given(second))
      throw Error(ErrorKind::config,
                  values.find(first)->origin + " and " + values.find(second)->origin + " exclude each other");
}

void check_needing(const config::Values& values, std::initializer_list<Pair> pairs) {
  for (const auto& [first, second] : pairs)
    if (values.given(first) && !values.given(second))
      throw Error(ErrorKind::config, values.find(first)->origin + " needs --" + std::string(second));
}

}  // namespace sidekick::cli
