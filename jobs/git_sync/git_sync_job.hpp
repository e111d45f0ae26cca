/// Keeps a folder at a git ref.
#pragma once

#include <memory>

#include "git_sync/settings.hpp"
#include "sidekick/job.hpp"

namespace sidekick::git_sync {

/// A loop whose every step is one poll, and what follows from it. The published tree is never worse than before: a
/// step that fails or is killed leaves the last good one. Where another process holds the root, steps only look
/// whether it is at the ref. Makes progress known in bytes received. Calls status.ready() once readers have what the
/// ref stands for, or what it stood for when the remote was last seen.
class GitSyncJob final : public LoopJob {
 public:
  /// `log` and `metrics` are for what goes on between steps too (hooks): both outlive the job.
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
