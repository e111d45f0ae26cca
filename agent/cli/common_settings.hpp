/// The settings every job has: attempts, time limits, log.
#pragma once

#include <vector>

#include "agent/config/setting.hpp"
#include "agent/config/values.hpp"
#include "agent/runtime/policy.hpp"
#include "agent/status/console_log.hpp"

namespace sidekick::cli {

/// Their descriptions, to be put behind those of the job.
std::vector<config::Setting> common_settings();

/// What policy_of() says but for the limits of time: for commands whose flags name those otherwise.
runtime::Policy attempts_of(const config::Values& values);

/// Both report as the getters of Values do; kind config where two settings exclude each other.
runtime::Policy policy_of(const config::Values& values);
LogLevel log_level_of(const config::Values& values);

/// How long a job may be lost before the process ends (--lost-after). Reports as the getters of Values do.
std::chrono::milliseconds lost_after_of(const config::Values& values);

/// `on_terminal` is what `auto` becomes text for.
status::LogFormat log_format_of(const config::Values& values, const status::Console& console);

}  // namespace sidekick::cli
