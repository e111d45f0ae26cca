#include "agent/runtime/farthest_progress.hpp"

#include <utility>

namespace sidekick::runtime {

void FarthestProgress::note(const Progress& progress) {
  const std::lock_guard lock(mutex_);
  auto found = farthest_.find(progress.unit);
  if (found == farthest_.end()) found = farthest_.emplace(progress.unit, 0).first;
  if (progress.done <= found->second) return;
  found->second = progress.done;
  moved_ = true;
}

bool FarthestProgress::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(moved_, false);
}

}  // namespace sidekick::runtime
