#include "agent/runtime/movement.hpp"

#include <utility>

namespace sidekick::runtime {

void Movement::note(const Progress& progress) {
  const std::lock_guard lock(mutex_);
  auto found = farthest_.find(progress.unit);
  if (found == farthest_.end()) found = farthest_.emplace(progress.unit, 0).first;
  if (progress.done <= found->second) return;
  found->second = progress.done;
  moved_ = true;
}

bool Movement::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(moved_, false);
}

}  // namespace sidekick::runtime
