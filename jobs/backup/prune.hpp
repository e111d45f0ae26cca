/// Removes the backups that no rule keeps, and leftovers of dead processes.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "backup/retention.hpp"
#include "backup/storage_lease.hpp"
#include "sidekick/cancel.hpp"
#include "sidekick/log.hpp"
#include "storage/storage.hpp"

namespace sidekick::backup {

struct PruneSettings {
  std::string job;
  std::optional<KeepRules> keep;           ///< absent: removes leftovers, but no backup
  std::string zone;                        ///< of days and weeks, as in TZ; empty: UTC
  std::chrono::hours leftovers_after{24};  ///< younger ones may belong to a live process
};

/// The decision on one object of the storage, with its reasons.
struct PruneDecision {
  enum class What {
    keep,      ///< a backup that stays
    remove,    ///< a backup that no rule keeps
    orphan,    ///< an object of this job without a manifest: removed
    leftover,  ///< an object that never got its name: removed
    unusable,  ///< a manifest that is unreadable, or without its complete object: stays, and does not count
  };
  What what = What::keep;
  std::string name;
  std::vector<std::string> reasons;
  std::uint64_t bytes = 0;                      ///< 0 if unknown
  std::optional<storage::Leftover> leftover{};  ///< of a leftover
};

struct PrunePlan {
  std::vector<PruneDecision> decisions;     ///< backups newest first, then orphans, then leftovers, then unusable
  std::optional<std::string> stands_still;  ///< the suspect backup that prevents removals
  std::size_t unreadable = 0;               ///< manifests: their source is unknown, so they stay for good
};

/// Reads the objects of this job and decides; changes nothing. Applies the rules to each source separately, so that
/// several sources of one job do not displace each other. Counts only backups whose object exists with its size: one
/// that is missing, truncated or unreadable stays and does not count. While the newest backup of a source is suspect,
/// removes only orphans and leftovers of the job; an older suspect backup does not count and stays until it is
/// accepted. Nor does a backup count that a wrong clock dated more than a day in the future; it stays until that time.
/// `now` is the wall clock. Throws as Catalog and Storage do.
PrunePlan plan_prune(storage::Storage& storage, const PruneSettings& settings, storage::WallTime now,
                     const CancelToken& cancel);

struct PruneOutcome {
  std::size_t kept = 0;
  std::size_t removed = 0;   ///< backups
  std::size_t leavings = 0;  ///< orphans and leftovers
  std::size_t unusable = 0;
  std::uint64_t freed_bytes = 0;
};

/// The result of a plan, executed or not.
PruneOutcome summary_of(const PrunePlan& plan);

/// Executes the plan: removes the manifest of a backup first, then its object. Logs what it keeps in one line, and each
/// removal with its reasons. Checks `lease` repeatedly. After a kill or cancellation every backup is complete, gone, or
/// an object without a manifest, which a later prune removes. Throws as Storage does, and temporary if the lease was
/// lost.
PruneOutcome prune(storage::Storage& storage, const PrunePlan& plan, const std::string& job, const Lease& lease,
                   Log& log, const CancelToken& cancel);

/// A manual prune, job by job.
struct PruneRequest {
  std::vector<std::string> jobs{};  ///< empty: the only job with backups in the storage
  std::optional<KeepRules> keep{};
  std::string zone;    ///< as in PruneSettings
  std::string holder;  ///< as in LeaseSettings
  std::chrono::milliseconds lease_wait{120'000};
  enum class Mode { remove, only_plan } mode = Mode::remove;
};

/// For each job: acquires its lease, makes a plan, passes it to `tell`, and executes it. Does not call `tell` without
/// jobs. Returns the number of unreadable manifests. Throws Error: config if the storage has backups of several jobs
/// and none is given; temporary if a backup of a job runs for longer than `lease_wait`; and as prune().
std::size_t prune_jobs(storage::Storage& storage, const PruneRequest& request, Clock& clock,
                       const std::function<void(const PrunePlan& plan, const std::string& job)>& tell, Log& log,
                       const CancelToken& cancel);

}  // namespace sidekick::backup
