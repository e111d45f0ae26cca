/// Opens the dump that the settings name.
#pragma once

#include <memory>

#include "mongo/dump_reader.hpp"
#include "restore/settings.hpp"
#include "sidekick/cancel.hpp"

namespace sidekick::restore {

/// Opens it at its beginning. Throws Error: no_input, denied, data where it is not a dump, io.
std::unique_ptr<mongo::DumpReader> open_dump(const Settings& settings, const CancelToken& cancel);

/// True when open_dump() can be called again with the same result: not for standard input, pipes and devices.
bool can_be_read_twice(const Settings& settings);

}  // namespace sidekick::restore
