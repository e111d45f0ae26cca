/// The settings that describe how to reach a storage, for all commands that do.
#pragma once

#include <vector>

#include "agent/config/resolve.hpp"
#include "agent/config/setting.hpp"
#include "storage/open_storage.hpp"

namespace sidekick::cli {

/// The settings of S3, SSH and TLS, to be appended to those of a command. The variables that AWS's own tools read count
/// as a peer's.
std::vector<config::Setting> storage_settings();

/// Reads their values; the proxies come from the environment. Reports as the getters of Values do, and Error of kind
/// config where an endpoint is not an http URL or holds a login. `log` outlives the storage.
storage::Access storage_access(const config::Values& values, const config::Environment& environment, Log& log);

}  // namespace sidekick::cli
