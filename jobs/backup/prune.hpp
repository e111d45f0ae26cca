/// Removing the backups that no rule keeps, and what dead processes left.
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
  std::optional<KeepRules> keep;           ///< absent: no backup is ever removed, only what the dead left
  std::string zone;                        ///< whose days and weeks count, as TZ has it; empty: UTC
  std::chrono::hours leftovers_after{24};  ///< what is younger may belong to somebody who is alive
};

/// What becomes of one thing in the storage, and why.
struct PruneDecision {
  enum class What {
    keep,      ///< a backup that stays
    remove,    ///< a backup that no rule keeps
    orphan,    ///< an object of this job without a manifest: removed
    leftover,  ///< something that never got its name: removed
    unusable,  ///< a manifest that cannot be read, or without its whole object: stays, and takes no place
  };
  What what = What::keep;
  std::string name;
  std::vector<std::string> reasons;
  std::uint64_t bytes = 0;                      ///< 0 where that is not known
  std::optional<storage::Leftover> leftover{};  ///< of a leftover
};

struct PrunePlan {
  std::vector<PruneDecision> decisions;     ///< backups newest first, then orphans, then leftovers, then unusable
  std::optional<std::string> stands_still;  ///< the suspect backup because of which no backup is removed
  std::size_t unreadable = 0;               ///< manifests: what they are of is not known, so they stay for good
};

/// Reads what the storage holds of this job and decides; changes nothing. The rules are applied to the backups of each
/// source by itself, so that several sources of one job do not take each other's places. Only backups whose object is
/// there with its size count: one that is missing, cut or unreadable stays as it is and takes no place. While the
/// newest backup of a source is suspect, nothing of the job is removed but orphans and leftovers; a suspect backup that
/// is not the newest takes no place and stays until it is accepted. One dated more than a day in the future, by a clock
/// that was wrong, takes no place either, and stays until its time has come. `now` is the wall clock. Throws as Catalog
/// and Storage do.
PrunePlan plan_prune(storage::Storage& storage, const PruneSettings& settings, storage::WallTime now,
                     const CancelToken& cancel);

struct PruneOutcome {
  std::size_t kept = 0;
  std::size_t removed = 0;   ///< backups
  std::size_t leavings = 0;  ///< orphans and leftovers
  std::size_t unusable = 0;
  std::uint64_t freed_bytes = 0;
};

/// What the plan would do, or did.
PruneOutcome summary_of(const PrunePlan& plan);

/// Logs what is kept in one line and each removal with its reasons, and does it: of a backup the manifest first, then
/// the object. `lease` is asked again and again on the way. Killed or cancelled in between, every backup is still
/// whole, gone, or an object without a manifest, which a later prune removes. Throws as Storage does, and temporary
/// where the lease was lost.
PruneOutcome prune(storage::Storage& storage, const PrunePlan& plan, const std::string& job, const Lease& lease,
                   Log& log, const CancelToken& cancel);

/// Pruning by hand, job by job.
struct PruneRequest {
  std::vector<std::string> jobs{};  ///< empty: the one job that the storage has backups of
  std::optional<KeepRules> keep{};
  std::string zone;    ///< as in PruneSettings
  std::string holder;  ///< as in LeaseSettings
  std::chrono::milliseconds lease_wait{120'000};
  enum class Mode { remove, only_plan } mode = Mode::remove;
};

/// For each job: holds its lease, plans, hands the plan to `tell`, and does it. Without a job, tells nothing. Returns
/// how many manifests cannot be read. Throws Error: config where the storage has backups of several jobs and none is
/// named; temporary where a backup of a job is being taken for longer than `lease_wait`; and as prune().
std::size_t prune_jobs(storage::Storage& storage, const PruneRequest& request, Clock& clock,
                       const std::function<void(const PrunePlan& plan, const std::string& job)>& tell, Log& log,
                       const CancelToken& cancel);

}  // namespace sidekick::backup
