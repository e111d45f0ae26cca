/// Compares a backup with the manifest beside it.
#pragma once

#include <optional>
#include <string>

#include "sidekick/log.hpp"
#include "storage/manifest.hpp"
#include "verify/report.hpp"

namespace sidekick::verify {

/// The manifest in the file `path` and ".json", or nothing where there is none. A file of that name that is not a
/// manifest is a warning, and an error of kind data where `path` has the name of a backup. Throws Error: denied, io.
std::optional<storage::Manifest> manifest_beside(const std::string& path, Log& log);

/// Throws Error of kind data that names the first difference: stored bytes, sha256, encryption, counts. Namespaces are
/// compared by name, in any order.
void check_against(const Report& report, const storage::Manifest& manifest);

}  // namespace sidekick::verify
