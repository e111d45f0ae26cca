/// Keeps a folder at a git ref.
#pragma once

#include <memory>

#include "git_sync/settings.hpp"
#include "sidekick/job.hpp"

namespace sidekick::git_sync {

/// A loop whose every step is one poll, and what follows from it. The published tree is never worse than before: a
/// step that fails or is killed leaves the last good one. Where another process holds the root, steps only look
/// whether it is at the ref. Makes progress known in bytes received and files written. Calls status.ready() after the
/// first success.
class GitSyncJob final : public LoopJob {
 public:
  explicit GitSyncJob(Settings settings);
  ~GitSyncJob() override;
  GitSyncJob(const GitSyncJob&) = delete;
  GitSyncJob& operator=(const GitSyncJob&) = delete;

  Step step(JobContext& context) override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sidekick::git_sync
