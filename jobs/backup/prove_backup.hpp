/// Verifies a backup by its stored bytes.
#pragma once

#include <vector>

#include "backup/source.hpp"
#include "filters/age.hpp"
#include "storage/storage.hpp"

namespace sidekick::backup {

struct ProofSettings {
  storage::Proof level = storage::Proof::stored;
  std::vector<filters::AgeIdentity> identities;  ///< without one, an encrypted backup is verified up to `stored`
};

/// Reads the object of `manifest` back as far as settings.level asks, and returns the level that was reached, at most
/// `read`. Does not change the storage. Throws Error: data if bytes, digests, structure or counts differ from the
/// manifest; and as the storage does.
storage::Proof prove_backup(const Source& source, storage::Storage& storage, const storage::Manifest& manifest,
                            const ProofSettings& settings, JobContext& context);

/// Restores the backup into the scratch server of the source and drops it there. False if this source has no scratch
/// server. Throws Error: data if the result differs, and as the server and the storage do.
bool prove_by_restore(Source& source, storage::Storage& storage, const storage::Manifest& manifest,
                      const ProofSettings& settings, JobContext& context);

}  // namespace sidekick::backup
