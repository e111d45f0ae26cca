/// The first words with a server, and why there is none to talk to.
#pragma once

#include <functional>
#include <string>

#include "mongo/bson.hpp"
#include "mongo/client.hpp"
#include "sidekick/job.hpp"

namespace sidekick::mongo {

/// The answer to `ask`, a greeting, which is called again and again as long as the pool's selection_time() while no
/// server is there. Throws Error: unavailable with `what` and the reason in words (no such name, refused, not
/// initiated, no primary, a member without an address), config where one side speaks TLS and the other does not,
/// cancelled, and what `ask` throws besides.
Bson wait_for_greeting(const Pool& pool, const std::string& what, const std::function<Bson()>& ask,
                       JobContext& context);

/// What a greeting says of the server's process: changes when it is restarted; empty before 4.4.
std::string process_of(const Bson& hello);

}  // namespace sidekick::mongo
