/// Opening the dump that the settings name.
#pragma once

#include <memory>

#include "mongo/dump_reader.hpp"
#include "restore/settings.hpp"
#include "sidekick/cancel.hpp"

namespace sidekick::restore {

/// Opens it at its beginning. Throws Error: no_input, denied, data for what is no dump, io.
std::unique_ptr<mongo::DumpReader> open_dump(const Settings& settings, const CancelToken& cancel);

/// True when open_dump() can be called again and gives the same, if only the same error: not for standard input, pipes
/// and devices.
bool can_be_read_twice(const Settings& settings);

}  // namespace sidekick::restore
