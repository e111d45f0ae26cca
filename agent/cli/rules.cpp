#include "agent/cli/rules.hpp"

namespace sidekick::cli {

void check_excluding(const config::Values& values, std::initializer_list<Pair> pairs) {
  for (const auto& [first, second] : pairs)
    if (values.given(first) && values.given(second))
      values.report({ErrorKind::config,
                     values.find(first)->origin + " and " + values.find(second)->origin + " exclude each other"});
}

void check_needing(const config::Values& values, std::initializer_list<Pair> pairs) {
  for (const auto& [first, second] : pairs)
    if (values.given(first) && !values.given(second))
      values.report({ErrorKind::config, values.find(first)->origin + " needs --" + std::string(second)});
}

void check_no_arguments(const config::Settings& settings, std::string hint) {
  if (!settings.arguments.empty())
    settings.values.report(
        {ErrorKind::usage, "unexpected argument: '" + redact_url(settings.arguments.front()) + "'", std::move(hint)});
}

}  // namespace sidekick::cli
