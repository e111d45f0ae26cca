#include "backup/stored.hpp"

#include <algorithm>
#include <utility>

#include "sidekick/error.hpp"

namespace sidekick::backup {

using storage::Catalog;
using storage::Entry;

std::vector<Entry> stored_backups(storage::Storage& storage, const std::vector<std::string>& jobs,
                                  const CancelToken& cancel) {
  if (jobs.size() == 1) return Catalog(storage, jobs.front()).entries(cancel);
  auto all = Catalog(storage, "").entries(cancel);
  if (!jobs.empty())
    std::erase_if(all, [&](const Entry& each) { return std::ranges::find(jobs, each.name().job) == jobs.end(); });
  return all;
}

StoredBackup stored_backup(storage::Storage& storage, const std::string& job, const std::string& name, Log& log,
                           const CancelToken& cancel) {
  StoredBackup out{Catalog(storage, job).find(name, log, cancel), {}};
  for (auto& listed : Catalog(storage, out.manifest.job).listing(cancel)) {
    if (listed.name.text() != out.manifest.name) continue;
    out.flaw = Entry{std::move(listed), out.manifest, {}}.flaw();
    break;
  }
  return out;
}

AcceptedBackup accept_backup(storage::Storage& storage, const std::string& name, Log& log, const CancelToken& cancel) {
  if (name == "latest")
    throw Error(ErrorKind::usage, "'latest' is not the name of a backup",
                "name the suspect one, as 'backup list' prints it");
  AcceptedBackup out{Catalog(storage, "").find(name, log, cancel)};
  out.was_suspect = std::exchange(out.manifest.suspect, false);
  if (out.was_suspect)
    storage.replace(storage::manifest_name(name), to_json(out.manifest), cancel);
  else
    log.warn("the backup '" + name + "' was not suspect");
  return out;
}

}  // namespace sidekick::backup
