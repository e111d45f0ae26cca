/// The metrics of git-sync; those of the peer keep its names.
#pragma once

#include "sidekick/metrics.hpp"

namespace sidekick::git_sync {

inline constexpr Metric metric_durations{"git_sync_duration_seconds", "Time that syncs took", MetricType::summary};
inline constexpr Metric metric_syncs{"git_sync_count_total", "Syncs by how they ended", MetricType::counter};
inline constexpr Metric metric_fetches{"git_fetch_count_total",
                                       "Syncs that moved to another commit, by a fetch or by what was here already",
                                       MetricType::counter};
inline constexpr Metric metric_repairs{"sidekick_git_sync_repaired_paths_total",
                                       "Published files that were found damaged and repaired", MetricType::counter};

}  // namespace sidekick::git_sync
