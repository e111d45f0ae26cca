#include "backup/fetch.hpp"

#include "filters/digest.hpp"
#include "sidekick/error.hpp"
#include "storage/open_backup.hpp"

namespace sidekick::backup {

using filters::DigestSource;
using storage::Manifest;

namespace {

constexpr std::size_t chunk_bytes = std::size_t{256} << 10;

/// Lends a source to a filter that owns its own, so that the caller can ask for the digest afterwards.
class BorrowedSource final : public filters::Source {
 public:
  explicit BorrowedSource(filters::Source& from) : from_(from) {}
  std::size_t read(std::span<std::uint8_t> into) override { return from_.read(into); }

 private:
  filters::Source& from_;
};

void copy(filters::Source& from, filters::Sink& into, const CancelToken& cancel) {
  std::vector<std::uint8_t> chunk(chunk_bytes);
  while (const auto n = from.read(chunk)) {
    cancel.throw_if_cancelled();
    into.write({chunk.data(), n});
  }
}

void drain(filters::Source& from) {
  std::vector<std::uint8_t> chunk(chunk_bytes);
  while (from.read(chunk) > 0) continue;
}

struct Expected {
  std::string_view what;
  std::uint64_t bytes;
  const std::string& sha256;
};

void compare(const DigestSource& found, const Expected& expected, const Manifest& manifest) {
  const auto subject = "the backup '" + manifest.name + "' is damaged: its " + std::string(expected.what);
  const std::string hint = "fetch another backup, as 'backup list' prints them";
  if (found.bytes() != expected.bytes)
    throw Error(ErrorKind::data,
                subject + " bytes are " + std::to_string(found.bytes()) + " and not " + std::to_string(expected.bytes),
                hint);
  if (!expected.sha256.empty() && found.sha256() != expected.sha256)
    throw Error(ErrorKind::data, subject + " bytes do not have the sha256 of its manifest", hint);
}

Expected stored_of(const Manifest& manifest) {
  return {"stored", manifest.bytes, manifest.sha256};
}

}  // namespace

void fetch_stored(storage::Storage& storage, const Manifest& manifest, filters::Sink& into, const CancelToken& cancel) {
  DigestSource stored(storage.open(manifest.name, cancel));
  copy(stored, into, cancel);
  compare(stored, stored_of(manifest), manifest);
  into.finish();
}

void fetch_plain(storage::Storage& storage, const Manifest& manifest,
                 const std::vector<filters::AgeIdentity>& identities, filters::Sink& into, const CancelToken& cancel) {
  DigestSource stored(storage.open(manifest.name, cancel));
  DigestSource plain(storage::open_backup(std::make_unique<BorrowedSource>(stored), manifest, identities));
  copy(plain, into, cancel);
  drain(stored);
  compare(stored, stored_of(manifest), manifest);
  compare(plain, {"plain", manifest.plain_bytes, manifest.plain_sha256}, manifest);
  into.finish();
}

}  // namespace sidekick::backup
