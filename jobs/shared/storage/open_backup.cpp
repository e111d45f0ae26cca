#include "storage/open_backup.hpp"

#include "filters/decompress.hpp"
#include "sidekick/error.hpp"

namespace sidekick::storage {

std::unique_ptr<filters::Source> open_backup(std::unique_ptr<filters::Source> stored, const Manifest& manifest,
                                             const std::vector<filters::AgeIdentity>& identities) {
  if (manifest.encrypted && identities.empty())
    throw Error(ErrorKind::denied, "the backup '" + manifest.name + "' is encrypted",
                "give the private key of one of its recipients with --identity-file", Retry::never);
  if (manifest.encrypted) stored = std::make_unique<filters::AgeSource>(std::move(stored), identities, manifest.name);
  // The content of a folder or the output of a command may itself be compressed: undo only the compression of the
  // backup.
  if (manifest.compression == "none") return stored;
  return filters::decompressed(std::move(stored), manifest.name);
}

}  // namespace sidekick::storage
