/// What `backup` is told: values only, already parsed and checked one by one.
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
#include "schedule/schedule.hpp"

namespace sidekick::backup {

/// One source and the name under which its backups are kept.
struct Task {
  std::string job;
  std::unique_ptr<Source> source;
};

/// When to run; absent: once.
struct Timing {
  schedule::Schedule schedule;
  std::string zone;  ///< as TZ has it; empty: UTC
  std::chrono::seconds jitter{0};
  enum class Start { when_due, at_once } start = Start::when_due;
};

struct Settings {
  PipelineSettings pipeline;
  ProofSettings proof;
  std::optional<Timing> timing;
  double max_shrink = 0.5;  ///< a share, from 0 to 1
  std::chrono::seconds min_interval{600};
  std::optional<KeepRules> keep;
  std::string zone;  ///< whose days count for `keep`
  HookSettings hooks;
  NotifySettings notify;
  std::string lease_holder;  ///< for messages
  std::chrono::seconds lease_ends_after{60};
  std::chrono::seconds lease_wait{600};  ///< of a run that ends
  std::string tool_version;
  enum class Mode { real, rehearsal } mode = Mode::real;

  // For tests.
  std::function<storage::WallTime()> wall_clock;
  std::function<double()> random;  ///< from 0 to 1
};

}  // namespace sidekick::backup
