/// The plain bytes of a stored backup.
#pragma once

#include <memory>
#include <vector>

#include "filters/age.hpp"
#include "filters/source.hpp"
#include "storage/manifest.hpp"

namespace sidekick::storage {

/// Decrypts and decompresses `stored`, the bytes of the object of `manifest`. Reads the beginning at once. Throws
/// Error: denied where it is encrypted and none of `identities` opens it, data for damage; reading throws as its
/// filters do.
std::unique_ptr<filters::Source> open_backup(std::unique_ptr<filters::Source> stored, const Manifest& manifest,
                                             const std::vector<filters::AgeIdentity>& identities);

}  // namespace sidekick::storage
