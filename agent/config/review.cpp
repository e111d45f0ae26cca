#include "agent/config/review.hpp"

#include <algorithm>

namespace sidekick::config {

void Review::add(const Error& error) {
  const bool is_known = std::ranges::any_of(
      problems_, [&](const Error& one) { return one.kind() == error.kind() && one.message() == error.message(); });
  if (!is_known) problems_.push_back(error);
}

Error Review::summary() const {
  const auto& first = problems_.front();
  const auto others = problems_.size() - 1;
  if (others == 0) return first;
  return {first.kind(),
          first.message() + " (and " + std::to_string(others) + " more " + (others == 1 ? "problem" : "problems") +
              ": --print-config lists them)",
          first.hint()};
}

}  // namespace sidekick::config
