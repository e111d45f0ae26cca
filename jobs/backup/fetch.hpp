/// Reading a stored backup back, with proof that it is what was written.
#pragma once

#include <vector>

#include "filters/age.hpp"
#include "filters/sink.hpp"
#include "sidekick/cancel.hpp"
#include "storage/manifest.hpp"
#include "storage/storage.hpp"

namespace sidekick::backup {

/// Writes the stored bytes of a backup into `into`, and finishes that only once their number and SHA-256 are those of
/// the manifest. Memory is bounded. Throws Error: data where they are not, and as storage and sink do.
void fetch_stored(storage::Storage& storage, const storage::Manifest& manifest, filters::Sink& into,
                  const CancelToken& cancel);

/// The same for the plain bytes, decrypted and decompressed: both digests are compared. Throws Error of kind denied
/// too, where the backup is encrypted and none of `identities` opens it.
void fetch_plain(storage::Storage& storage, const storage::Manifest& manifest,
                 const std::vector<filters::AgeIdentity>& identities, filters::Sink& into, const CancelToken& cancel);

}  // namespace sidekick::backup
