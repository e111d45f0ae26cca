/// Proving a backup from where it is stored.
#pragma once

#include <vector>

#include "backup/source.hpp"
#include "filters/age.hpp"
#include "storage/storage.hpp"

namespace sidekick::backup {

struct ProofSettings {
  storage::Proof level = storage::Proof::stored;
  std::vector<filters::AgeIdentity> identities;  ///< without one an encrypted backup is proven up to `stored`
};

/// Reads the object that `manifest` tells of back as far as settings.level asks, and returns the level that was
/// reached, at most `read`. Stores nothing. Throws Error: data where bytes, digests, structure or counts differ from
/// the manifest; and as the storage does.
storage::Proof prove_backup(const Source& source, storage::Storage& storage, const storage::Manifest& manifest,
                            const ProofSettings& settings, JobContext& context);

/// Restores it into the source's scratch server and removes it there again. False where this source has no such proof.
/// Throws Error: data where what came out differs, and as the server and the storage do.
bool prove_by_restore(Source& source, storage::Storage& storage, const storage::Manifest& manifest,
                      const ProofSettings& settings, JobContext& context);

}  // namespace sidekick::backup
