/// Keeps a folder at a git ref.
#pragma once

#include <memory>

#include "git_sync/settings.hpp"
#include "sidekick/job.hpp"

namespace sidekick::git_sync {

/// A loop in which each step polls once and publishes a change. A step that fails or is killed leaves the last good
/// tree. While another process holds the root, steps only check whether it is at the ref. Reports progress in bytes
/// received. Calls status.ready() once readers have what the ref names, or named when the remote was last reachable.
class GitSyncJob final : public LoopJob {
 public:
  /// `log` and `metrics` are also used between steps (hooks): both outlive the job.
  GitSyncJob(Settings settings, Log& log, MetricSink& metrics);
  ~GitSyncJob() override;
  GitSyncJob(const GitSyncJob&) = delete;
  GitSyncJob& operator=(const GitSyncJob&) = delete;

  Step step(JobContext& context) override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sidekick::git_sync
