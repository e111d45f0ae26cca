/// Telling progress from repetition.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "sidekick/job.hpp"

namespace sidekick::runtime {

/// Remembers how far the job ever was, for each unit, over all its attempts: an attempt that only repeats what an
/// earlier one did has not moved, or a job that always fails at the same place would be tried for ever. Thread safe.
class Movement final {
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
