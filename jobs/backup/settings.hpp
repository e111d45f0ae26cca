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

namespace sidekick::backup {

/// One source and the name under which its backups are kept.
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
  std::string zone;  ///< whose days count for `keep`
  HookSettings hooks;
  NotifySettings notify;
  std::string lease_holder;  ///< for messages
  std::chrono::seconds lease_ends_after{60};
  std::chrono::seconds lease_wait{600};  ///< of a run that ends
  std::string tool_version;
  enum class Mode { real, rehearsal } mode = Mode::real;

  std::function<storage::WallTime()> wall_clock;  ///< for tests
};

}  // namespace sidekick::backup
