/// The metrics of backups, each with the label `backup`: the name of the job.
#pragma once

#include "sidekick/metrics.hpp"

namespace sidekick::backup {

inline constexpr Metric metric_runs{"sidekick_backup_runs_total", "Backups by how they ended", MetricType::counter};
inline constexpr Metric metric_skipped{"sidekick_backup_skipped_runs_total",
                                       "Runs that were due while another was running", MetricType::counter};
inline constexpr Metric metric_last_success{"sidekick_backup_last_success_timestamp_seconds",
                                            "When the newest good backup was begun; 0 where there is none",
                                            MetricType::gauge};
inline constexpr Metric metric_bytes{"sidekick_backup_stored_bytes", "Size of the newest backup as stored",
                                     MetricType::gauge};
inline constexpr Metric metric_plain_bytes{"sidekick_backup_plain_bytes",
                                           "Size of the newest backup before compression", MetricType::gauge};
inline constexpr Metric metric_duration{"sidekick_backup_duration_seconds",
                                        "Time that the newest backup took, verification included", MetricType::gauge};
inline constexpr Metric metric_suspect{
    "sidekick_backup_suspect", "1 while the newest backup is much smaller than the last good one", MetricType::gauge};
inline constexpr Metric metric_proof{"sidekick_backup_proof_level",
                                     "How far the newest backup was verified: 0 streamed, 1 stored, 2 read, 3 restored",
                                     MetricType::gauge};

inline constexpr Metric metric_unusable{"sidekick_backup_unusable_backups",
                                        "Backups whose object is missing or of another size, or whose manifest cannot "
                                        "be read",
                                        MetricType::gauge};
inline constexpr Metric metric_retention_stalled{
    "sidekick_backup_retention_stalled",
    "1 while retention removes nothing: the newest backup is suspect, a manifest is unreadable, or removing failed",
    MetricType::gauge};

}  // namespace sidekick::backup
