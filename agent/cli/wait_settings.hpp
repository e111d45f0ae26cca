/// What `wait` was told, as the job wants it.
#pragma once

#include "agent/config/resolve.hpp"
#include "sidekick/log.hpp"
#include "wait/settings.hpp"

namespace sidekick::cli {

/// Throws Error of kind usage or config for what cannot be meant: no URL, a status that is none. Warns in `log` where
/// certificates are not checked.
wait::Settings wait_settings(const config::Settings& settings, const config::Environment& environment, Log& log);

}  // namespace sidekick::cli
