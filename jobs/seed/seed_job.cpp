#include "seed/seed_job.hpp"

#include <algorithm>

#include "seed/seed_run.hpp"

namespace sidekick::seed {

namespace {

bool is_letter_or_digit(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

bool is_seed_name(std::string_view name) noexcept {
  constexpr std::size_t longest = 64;
  if (name.empty() || name.size() > longest || !is_letter_or_digit(name.front())) return false;
  return std::ranges::all_of(name, [](char c) { return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.'; });
}

Outcome SeedJob::run(JobContext& context) {
  if (!source_) source_ = read_source(settings_, context.log, context.cancel);
  return SeedRun(settings_, *source_, context).run();
}

}  // namespace sidekick::seed
