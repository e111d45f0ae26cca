/// The settings of `backup`: values that are parsed and validated one by one.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "backup/hooks.hpp"
#include "backup/notify.hpp"
#include "backup/pipeline.hpp"
#include "backup/prove_backup.hpp"
#include "backup/retention.hpp"
#include "backup/source.hpp"

namespace sidekick::backup {

/// A source and the job name of its backups.
struct Task {
  std::string job;
  std::unique_ptr<Source> source;
};

struct Settings {
  PipelineSettings pipeline;
  ProofSettings proof;
  enum class Runs { one, on_schedule } runs = Runs::one;
  double max_shrink = 0.5;  ///< a share, from 0 to 1
  std::chrono::seconds min_interval{600};
  std::optional<KeepRules> keep;
  std::string zone;  ///< of the days in `keep`
  HookSettings hooks;
  NotifySettings notify;
  std::string lease_holder;  ///< for messages
  std::chrono::seconds lease_ends_after{60};
  std::chrono::seconds lease_wait{600};  ///< if the job ends after one run
  std::string tool_version;
  enum class Mode { real, rehearsal } mode = Mode::real;

  std::function<storage::WallTime()> wall_clock;  ///< for tests
};

}  // namespace sidekick::backup
