#include "backup/one_backup.hpp"

#include <algorithm>
#include <ranges>

#include "backup/shrink.hpp"

namespace sidekick::backup {

using storage::BackupName;
using storage::Catalog;
using storage::Manifest;
using storage::Proof;
using storage::WallTime;
using namespace std::chrono_literals;

namespace {

std::string_view name_of(filters::Compression compression) {
  switch (compression) {
    case filters::Compression::gzip:
      return "gzip";
    case filters::Compression::zstd:
      return "zstd";
    case filters::Compression::none:
      break;
  }
  return "none";
}

std::string suffix_of(const Source& source, const PipelineSettings& settings) {
  std::string out = std::string(source.kind()) + "." + std::string(source.extension());
  if (settings.compression.kind == filters::Compression::gzip) out += ".gz";
  if (settings.compression.kind == filters::Compression::zstd) out += ".zst";
  if (!settings.recipients.empty()) out += ".age";
  return out;
}

/// A time that sorts the new backup after the existing ones: names have a resolution of a second, and the clock may
/// have been set back.
WallTime sorted_after(const std::vector<BackupName>& names, WallTime now, Log& log) {
  if (names.empty() || names.back().time < std::chrono::floor<std::chrono::seconds>(now)) return now;
  const auto newest = names.back().time;
  if (newest - now > longest_set_back) {
    log.warn("the newest backup is dated in the future: was the clock set back? It remains the latest until then",
             {{"backup", names.back().text()}});
    return now;
  }
  return newest + 1s;
}

}  // namespace

std::optional<Manifest> last_good(storage::Storage& storage, const std::string& job, std::string_view source, Log& log,
                                  const CancelToken& cancel) {
  Catalog catalog(storage, job);
  const auto listing = catalog.listing(cancel);
  std::optional<Manifest> of_another;
  for (const auto& listed : std::views::reverse(listing)) {
    auto entry = catalog.entry(listed, cancel);
    if (!entry) continue;
    // Damaged, or of a newer version: does not prevent a new backup.
    if (entry->failure) log.warn(entry->failure->message(), {{"hint", entry->failure->hint()}});
    if (entry->presence() != storage::Presence::whole || entry->manifest->suspect) continue;
    if (source.empty() || entry->manifest->source == source) return std::move(entry->manifest);
    if (!of_another) of_another = std::move(entry->manifest);
  }
  return of_another;
}

OneBackup::OneBackup(const Settings& settings, storage::Storage& storage, Task& task, const Lease& lease)
    : settings_(settings), storage_(storage), task_(task), lease_(lease), pipeline_(settings.pipeline, storage) {
  manifest_.job = task.job;
  manifest_.source = task.source->where();
  manifest_.kind = task.source->kind();
}

Manifest OneBackup::run(JobContext& context) {
  begin(context);
  run_before(settings_.hooks, manifest_, context.cancel);
  write(context);
  try {
    prove(context);
    look_for_shrinkage(context);
    publish(context);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::cancelled) discard(context.log);
    throw;
  }
  if (unproven_)
    throw Error(
        unproven_->kind(),
        "the backup '" + manifest_.name + "' is kept, but is not verified by a restore: " + unproven_->message(),
        unproven_->hint(), Retry::never);
  return manifest_;
}

void OneBackup::begin(JobContext& context) {
  const auto names = Catalog(storage_, task_.job).names(context.cancel);
  manifest_.started = sorted_after(names, settings_.wall_clock(), context.log);
  manifest_.name =
      storage::new_backup_name(task_.job, manifest_.started, suffix_of(*task_.source, settings_.pipeline)).text();
  manifest_.compression = name_of(settings_.pipeline.compression.kind);
  manifest_.encrypted = !settings_.pipeline.recipients.empty();
  manifest_.tool_version = settings_.tool_version;
}

void OneBackup::write(JobContext& context) {
  context.log.info("backing up", {{"source", manifest_.source}, {"to", storage_.where()}, {"name", manifest_.name}});
  const auto may_publish = [this] { lease_.ensure(); };
  auto written = pipeline_.write(*task_.source, manifest_.name, may_publish, context);
  manifest_.bytes = written.bytes;
  manifest_.plain_bytes = written.plain_bytes;
  manifest_.sha256 = std::move(written.sha256);
  manifest_.plain_sha256 = std::move(written.plain_sha256);
  auto& summary = written.summary;
  manifest_.items = summary.items;
  manifest_.unit = std::move(summary.unit);
  manifest_.collections = std::move(summary.collections);
  manifest_.consistent = summary.consistent;
  manifest_.oplog = summary.oplog;
  manifest_.server_version = std::move(summary.server_version);
  manifest_.warnings = std::move(summary.warnings);
  for (const auto& warning : manifest_.warnings) context.log.warn(warning, {{"source", manifest_.source}});
}

void OneBackup::prove(JobContext& context) {
  manifest_.proof = prove_backup(*task_.source, storage_, manifest_, settings_.proof, context);
  if (settings_.proof.level != Proof::restored || manifest_.proof != Proof::read) return;
  try {
    if (prove_by_restore(*task_.source, storage_, manifest_, settings_.proof, context))
      manifest_.proof = Proof::restored;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled || error.kind() == ErrorKind::data) throw;
    unproven_ = error;
    manifest_.warnings.push_back("not verified by a restore: " + error.message());
  }
}

void OneBackup::look_for_shrinkage(JobContext& context) {
  const auto last = last_good(storage_, task_.job, manifest_.source, context.log, context.cancel);
  if (!last || !is_shrunken(*last, manifest_.plain_bytes, settings_.max_shrink)) return;
  manifest_.suspect = true;
  manifest_.warnings.push_back("suspect: " + std::to_string(manifest_.plain_bytes) + " bytes where '" + last->name +
                               "' had " + std::to_string(last->plain_bytes));
  context.log.warn(
      "the backup is much smaller than the last good one: it is kept as suspect, and nothing is removed until it is "
      "accepted",
      {{"name", manifest_.name},
       {"plain_bytes", manifest_.plain_bytes},
       {"before", last->plain_bytes},
       {"hint", "check the source, then run: sidekick backup accept " + manifest_.name}});
}

void OneBackup::publish(JobContext& context) {
  manifest_.finished = std::max(settings_.wall_clock(), manifest_.started);
  const auto text = storage::to_json(manifest_);
  const auto name = storage::manifest_name(manifest_.name);
  lease_.ensure();
  may_arrive_ = true;
  try {
    if (storage_.put_if_absent(name, text, context.cancel)) return;
    // A retry after a lost connection may find our own object.
    if (storage_.get(name, context.cancel) != text)
      throw Error(ErrorKind::internal, "there is a manifest '" + name + "' already in '" + storage_.where() + "'");
  } catch (const Error& error) {
    may_arrive_ = error.kind() == ErrorKind::unavailable || error.kind() == ErrorKind::timeout;
    throw;
  }
}

/// Removes the manifest first: it may exist although its write failed, and must not be without its object. A broken
/// connection may even deliver it later: then the object stays for it, or for a later prune.
void OneBackup::discard(Log& log) noexcept try {
  const CancelToken unstoppable;
  storage_.remove(storage::manifest_name(manifest_.name), unstoppable);
  if (!may_arrive_) storage_.remove(manifest_.name, unstoppable);
} catch (const std::exception& error) {
  log.warn("an object of a failed backup could not be removed", {{"name", manifest_.name}, {"error", error.what()}});
}

}  // namespace sidekick::backup
