/// Reading a stored backup back, with proof that it is what was written.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "filters/age.hpp"
#include "filters/sink.hpp"
#include "sidekick/cancel.hpp"
#include "sidekick/clock.hpp"
#include "sidekick/log.hpp"
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

/// A backup that is to become a file.
struct FetchRequest {
  std::string job;   ///< of "latest"; empty: any
  std::string name;  ///< or "latest"
  std::string out;   ///< a file, a folder, "-" for standard output; empty: the backup's own name
  enum class Form { stored, plain } form = Form::stored;
  std::vector<filters::AgeIdentity> identities{};    ///< for the plain form of an encrypted one
  std::chrono::milliseconds stall_timeout{120'000};  ///< as StallGuard
};

struct Fetched {
  storage::Manifest manifest;
  std::string out;  ///< the file that it was written to, or "-"
};

/// Fetches a backup into a file, which appears whole or not at all. Throws Error: timeout where the storage stands
/// still, and as Catalog::find(), fetch_stored() and fetch_plain().
Fetched fetch_to_file(storage::Storage& storage, const FetchRequest& request, Clock& clock, Log& log,
                      const CancelToken& cancel);

}  // namespace sidekick::backup
