/// Reads a stored backup and verifies it against its manifest.
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

/// Writes the stored bytes of a backup into `into`, and finishes it only if their number and SHA-256 match the
/// manifest. Memory is bounded. Throws Error: data if they do not match, and what the storage and the sink throw.
void fetch_stored(storage::Storage& storage, const storage::Manifest& manifest, filters::Sink& into,
                  const CancelToken& cancel);

/// The same for the plain bytes, decrypted and decompressed; verifies both digests. Also throws Error of kind denied if
/// the backup is encrypted and none of `identities` decrypts it.
void fetch_plain(storage::Storage& storage, const storage::Manifest& manifest,
                 const std::vector<filters::AgeIdentity>& identities, filters::Sink& into, const CancelToken& cancel);

/// A request to write a backup to a file.
struct FetchRequest {
  std::string job;   ///< for "latest"; empty: any
  std::string name;  ///< or "latest"
  std::string out;   ///< a file, a folder, "-" for standard output; empty: the name of the backup
  enum class Form { stored, plain } form = Form::stored;
  std::vector<filters::AgeIdentity> identities{};    ///< to decrypt the plain form
  std::chrono::milliseconds stall_timeout{120'000};  ///< as StallGuard
};

struct Fetched {
  storage::Manifest manifest;
  std::string out;  ///< the file that was written, or "-"
};

/// Fetches a backup into a file, which appears complete or not at all. Throws Error: timeout if the storage stalls, and
/// as Catalog::find(), fetch_stored() and fetch_plain().
Fetched fetch_to_file(storage::Storage& storage, const FetchRequest& request, Clock& clock, Log& log,
                      const CancelToken& cancel);

}  // namespace sidekick::backup
