/// Builds the collections of a content beside their targets, and verifies them.
#pragma once

#include <cstdint>

#include "seed/collections.hpp"
#include "seed/settings.hpp"
#include "seed/source.hpp"
#include "sidekick/job.hpp"

namespace sidekick::seed {

/// Restores the collections of `fill` into their staging collections, and returns how many documents they hold. Every
/// checksum, count and index is verified. Throws Error as restore::RestoreJob does, naming the targets; data where the
/// server does not hold what the dump does, or the files changed. Cancellation leaves the staging collections.
std::uint64_t fill(const Fill& fill, const Settings& settings, const Source& source, Collections& collections,
                   JobContext& context);

}  // namespace sidekick::seed
