/// Distinguishes progress from repetition.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "sidekick/job.hpp"

namespace sidekick::runtime {

/// Remembers the farthest position of a job, for each unit, over all its attempts. An attempt that only repeats what an
/// earlier one did makes no progress; otherwise a job that always fails at the same place would be retried for ever.
/// Thread safe.
class FarthestProgress final {
 public:
  void note(const Progress& progress);

  /// True when there was a new farthest position since the last call.
  bool take();

 private:
  std::mutex mutex_;
  std::map<std::string, std::uint64_t, std::less<>> farthest_;
  bool moved_ = false;
};

}  // namespace sidekick::runtime
