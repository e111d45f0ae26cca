#include "restore/restore_backup_job.hpp"

#include <set>

#include "filters/digest.hpp"
#include "sidekick/utc.hpp"
#include "storage/catalog.hpp"
#include "storage/open_backup.hpp"

namespace sidekick::restore {

using storage::Manifest;

namespace {

constexpr std::string_view latest = "latest";

/// A replay of the oplog would have to skip this, and cannot.
bool chooses_or_renames(const Settings& settings) {
  return !settings.db.empty() || !settings.ns_include.empty() || !settings.ns_exclude.empty() ||
         !settings.ns_from.empty() || !settings.exclude_collections.empty() ||
         !settings.exclude_collection_prefixes.empty();
}

std::string joined(const std::set<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

/// The stored bytes; at their end, an Error of kind data unless they match the manifest.
class ManifestCheckedSource final : public filters::Source {
 public:
  ManifestCheckedSource(std::unique_ptr<filters::Source> stored, const Manifest& manifest)
      : stored_(std::move(stored)), name_(manifest.name), sha256_(manifest.sha256) {}

  std::size_t read(std::span<std::uint8_t> into) override {
    const auto n = stored_.read(into);
    if (n == 0 && !into.empty() && stored_.sha256() != sha256_)
      throw Error(ErrorKind::data, "the backup '" + name_ + "' does not match its manifest: its sha256 differs",
                  "it was changed after it was written: use another backup");
    return n;
  }

 private:
  filters::DigestSource stored_;
  const std::string name_;
  const std::string sha256_;
};

Error no_dump(const Manifest& manifest, const std::string& where) {
  std::string how = "sidekick backup fetch " + manifest.name + " --to " + where + " --plain";
  if (manifest.encrypted) how += " --identity-file FILE";
  how += manifest.kind == "dir" ? " copies it to a file; unpack it with tar -x" : " copies it to a file";
  return {ErrorKind::config,
          "the backup '" + manifest.name + "' is not a backup of MongoDB, but of '" + manifest.source + "'", how};
}

}  // namespace

RestoreBackupJob::RestoreBackupJob(Settings settings, BackupPlace place)
    : settings_(std::move(settings)), place_(std::move(place)) {
  auto [url, name] = storage::place_of(place_.url);
  name_ = std::move(name);
  if (name_ != latest && !storage::parse_backup_name(name_))
    throw Error(ErrorKind::config, "'" + redact_url(place_.url) + "' does not name a backup",
                "end it with /latest, or with a name as 'sidekick backup list' prints it");
  storage_ = storage::open_storage(url, place_.access);
}

Outcome RestoreBackupJob::run(JobContext& context) {
  if (!job_) {
    const auto manifest = find(context.log, context.cancel);
    prepare(manifest, context.log);
    job_.emplace(settings_);
  }
  return job_->run(context);
}

Manifest RestoreBackupJob::find(Log& log, const CancelToken& cancel) {
  const bool is_open = name_ == latest && place_.job.empty();
  return storage::Catalog(*storage_, is_open ? only_job(cancel) : place_.job).find(name_, log, cancel);
}

/// Which job's latest backup is meant by default: there may be folders and command output beside the only database.
std::string RestoreBackupJob::only_job(const CancelToken& cancel) {
  std::set<std::string> all, databases;
  for (const auto& name : storage::Catalog(*storage_, {}).names(cancel)) {
    all.insert(name.job);
    if (name.suffix.starts_with("mongodb.")) databases.insert(name.job);
  }
  const auto& jobs = databases.empty() ? all : databases;
  if (jobs.size() > 1)
    throw Error(ErrorKind::config, "there are backups of several jobs in '" + storage_->where() + "'",
                "select one with --job: " + joined(jobs));
  return jobs.empty() ? std::string() : *jobs.begin();
}

void RestoreBackupJob::prepare(const Manifest& manifest, Log& log) {
  if (manifest.kind != "mongodb") throw no_dump(manifest, storage_->where());
  log.info("restoring a backup", {{"name", manifest.name},
                                  {"of", manifest.source},
                                  {"begun", utc_text(manifest.started)},
                                  {"verified", storage::name_of(manifest.proof)}});
  if (manifest.suspect) log.warn("this backup is marked suspect: it is much smaller than the one before it");
  if (manifest.oplog && chooses_or_renames(settings_))
    log.warn("only part of the backup is restored, or under other names: its oplog is not replayed",
             {{"hint", "the collections may be of different points in time"}});
  else
    settings_.oplog_replay = settings_.oplog_replay || manifest.oplog;
  settings_.input = Input::opened;
  settings_.path = manifest.name;
  settings_.open = [storage = storage_, manifest, identities = place_.identities](const CancelToken& cancel) {
    return storage::open_backup(std::make_unique<ManifestCheckedSource>(storage->open(manifest.name, cancel), manifest),
                                manifest, identities);
  };
}

}  // namespace sidekick::restore
