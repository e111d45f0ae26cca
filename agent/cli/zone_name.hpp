/// The time zone of the machine, as schedules, retention and lists use it.
#pragma once

#include <string>

#include "agent/config/resolve.hpp"

namespace sidekick::cli {

/// The name of a zone for TimeZone::named(): TZ where it is set, also when it is empty (UTC); else what `localtime` is:
/// the name that the link points to, or the path of a file; UTC where there is none.
std::string zone_name(const config::Environment& environment, const std::string& localtime = "/etc/localtime");

}  // namespace sidekick::cli
