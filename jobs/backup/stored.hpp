/// Looking at backups that are stored, and deciding about them: the work behind `backup list`, `show` and `accept`.
#pragma once

#include <string>
#include <vector>

#include "sidekick/log.hpp"
#include "storage/catalog.hpp"
#include "storage/storage.hpp"

namespace sidekick::backup {

/// The backups of `jobs`, or of all jobs where it is empty, as Catalog::entries(). Throws as that does.
std::vector<storage::Entry> stored_backups(storage::Storage& storage, const std::vector<std::string>& jobs,
                                           const CancelToken& cancel);

struct StoredBackup {
  storage::Manifest manifest;
  std::string flaw;  ///< that of its entry: "" of a whole one
};

/// The backup `name`, or the "latest" of `job`. Throws as Catalog::find().
StoredBackup stored_backup(storage::Storage& storage, const std::string& job, const std::string& name, Log& log,
                           const CancelToken& cancel);

struct AcceptedBackup {
  storage::Manifest manifest;  ///< as it is now
  bool was_suspect = false;
};

/// Makes a suspect backup an ordinary one: retention counts it again. A suspect backup is never removed but by hand, so
/// nobody deletes what is replaced here. Throws Error of kind usage for "latest", and as Catalog::find() and Storage
/// do.
AcceptedBackup accept_backup(storage::Storage& storage, const std::string& name, Log& log, const CancelToken& cancel);

}  // namespace sidekick::backup
