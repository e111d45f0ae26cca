/// The first contact with a server, and why there is none.
#pragma once

#include <functional>
#include <string>

#include "mongo/bson.hpp"
#include "mongo/client.hpp"
#include "sidekick/job.hpp"

namespace sidekick::mongo {

/// The answer to `ask`, a greeting, which is repeated for the pool's selection_time() while no server is available.
/// Throws Error: unavailable with `what` and the reason (no such name, refused, not initiated, no primary, a member
/// without an address), config where only one side uses TLS, cancelled, and what `ask` throws otherwise.
Bson wait_for_greeting(const Pool& pool, const std::string& what, const std::function<Bson()>& ask,
                       JobContext& context);

/// Identifies the server's process according to its greeting: changes with a restart; empty before 4.4.
std::string process_of(const Bson& hello);

}  // namespace sidekick::mongo
