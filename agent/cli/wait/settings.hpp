/// What `wait` was told, as the job wants it.
#pragma once

#include "agent/config/resolve.hpp"
#include "sidekick/log.hpp"
#include "wait/settings.hpp"

namespace sidekick::cli {

/// All that it can be told.
config::Schema wait_schema();

/// The URLs of a text: apart by blanks, line breaks, or commas before a scheme (others stand between hosts of one URL).
std::vector<std::string> split_urls(std::string_view text);

/// Reports what is wrong with each URL, and with the files that all of them need, as make_probe() throws it.
void check_urls(const config::Values& values, wait::Settings settings);

/// Reports Error of kind usage or config for what cannot be meant: no URL, one that is malformed, a status that is
/// none; of kind no_input or denied where --ca-file cannot be read. Warns in `log` where certificates are not checked.
wait::Settings wait_settings(const config::Settings& settings, const config::Environment& environment, Log& log);

}  // namespace sidekick::cli
