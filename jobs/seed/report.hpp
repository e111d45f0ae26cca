/// What a seed tells its user at the end.
#pragma once

#include "seed/protocol.hpp"
#include "sidekick/error.hpp"
#include "sidekick/job.hpp"
#include "sidekick/log.hpp"

namespace sidekick::seed {

/// The last line for an end that is a success; warns in `log` where the wanted content is not what is in place. Throws
/// Error for all others: data where a policy or a conflict refuses, temporary where the next attempt may succeed,
/// cancelled.
Outcome outcome_of(const End& end, const Entry& entry, const Wanted& wanted, Log& log);

/// "1a2b3c4d5e6f", or "1a2b3c4d5e6f (v2)".
std::string short_text(const Content& content);

}  // namespace sidekick::seed
