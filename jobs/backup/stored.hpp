/// Lists, shows and accepts stored backups: the work behind `backup list`, `show` and `accept`.
#pragma once

#include <string>
#include <vector>

#include "sidekick/log.hpp"
#include "storage/catalog.hpp"
#include "storage/storage.hpp"

namespace sidekick::backup {

/// The backups of `jobs`, or of all jobs if it is empty. As Catalog::entries(), also in what it throws.
std::vector<storage::Entry> stored_backups(storage::Storage& storage, const std::vector<std::string>& jobs,
                                           const CancelToken& cancel);

struct StoredBackup {
  storage::Manifest manifest;
  std::string flaw;  ///< of its entry; empty: complete
};

/// The backup `name`, or the "latest" of `job`. Throws as Catalog::find().
StoredBackup stored_backup(storage::Storage& storage, const std::string& job, const std::string& name, Log& log,
                           const CancelToken& cancel);

struct AcceptedBackup {
  storage::Manifest manifest;  ///< after the change
  bool was_suspect = false;
};

/// Makes a suspect backup an ordinary one that retention counts again. Suspect backups are only removed by hand, so
/// that no process deletes the manifest that this replaces. Throws Error of kind usage for "latest", and as
/// Catalog::find() and Storage do.
AcceptedBackup accept_backup(storage::Storage& storage, const std::string& name, Log& log, const CancelToken& cancel);

}  // namespace sidekick::backup
