#include "backup/prove_backup.hpp"

#include "backup/pipeline.hpp"
#include "filters/digest.hpp"
#include "storage/open_backup.hpp"

namespace sidekick::backup {

using filters::DigestSource;
using storage::Manifest;
using storage::Proof;

namespace {

constexpr std::size_t chunk_bytes = std::size_t{256} << 10;

/// A source that the caller keeps, for questions after it was read.
class Shared final : public filters::Source {
 public:
  explicit Shared(std::shared_ptr<filters::Source> from) : from_(std::move(from)) {}
  std::size_t read(std::span<std::uint8_t> into) override { return from_->read(into); }

 private:
  std::shared_ptr<filters::Source> from_;
};

void drain(filters::Source& source) {
  std::vector<std::uint8_t> chunk(chunk_bytes);
  while (source.read(chunk) > 0) {
  }
}

std::string subject(const storage::Storage& storage, const Manifest& manifest) {
  return "the backup '" + manifest.name + "' in '" + storage.where() + "' differs from what was written";
}

void compare_stored(const DigestSource& stored, const storage::Storage& storage, const Manifest& manifest) {
  if (stored.bytes() != manifest.bytes)
    throw Error(ErrorKind::data, subject(storage, manifest) + ": it has " + std::to_string(stored.bytes()) +
                                     " bytes instead of " + std::to_string(manifest.bytes));
  if (stored.sha256() != manifest.sha256)
    throw Error(ErrorKind::data, subject(storage, manifest) + ": its sha256 differs");
}

SourceSummary told_by(const Manifest& manifest) {
  SourceSummary out;
  out.items = manifest.items;
  out.unit = manifest.unit;
  out.collections = manifest.collections;
  out.oplog = manifest.oplog;
  return out;
}

void prove_read(const Source& source, storage::Storage& storage, const Manifest& manifest,
                const ProofSettings& settings, JobContext& context) {
  const auto stored = std::make_shared<DigestSource>(storage.open(manifest.name, context.cancel));
  const auto plain = std::make_shared<DigestSource>(
      storage::open_backup(std::make_unique<Shared>(stored), manifest, settings.identities));
  const auto found = source.prove(std::make_unique<Shared>(plain), manifest.name, context.cancel);
  drain(*plain);
  drain(*stored);
  compare_stored(*stored, storage, manifest);
  if (plain->sha256() != manifest.plain_sha256)
    throw Error(ErrorKind::data, subject(storage, manifest) + ": the sha256 of its plain bytes differs");
  compare_counts(told_by(manifest), found, subject(storage, manifest));
}

}  // namespace

Proof prove_backup(const Source& source, storage::Storage& storage, const Manifest& manifest,
                   const ProofSettings& settings, JobContext& context) {
  if (settings.level == Proof::streamed) return Proof::streamed;
  const bool readable = !manifest.encrypted || !settings.identities.empty();
  if (settings.level == Proof::stored || !readable) {
    DigestSource stored(storage.open(manifest.name, context.cancel));
    drain(stored);
    compare_stored(stored, storage, manifest);
    return Proof::stored;
  }
  prove_read(source, storage, manifest, settings, context);
  return Proof::read;
}

bool prove_by_restore(Source& source, storage::Storage& storage, const Manifest& manifest,
                      const ProofSettings& settings, JobContext& context) {
  const auto open = [&] {
    return storage::open_backup(storage.open(manifest.name, context.cancel), manifest, settings.identities);
  };
  return source.restore_to_scratch(open, manifest, context);
}

}  // namespace sidekick::backup
