/// The state of an in-place folder relative to a snapshot.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "git_sync/publish/in_place_plan.hpp"
#include "git_sync/publish/publisher.hpp"
#include "git_sync/publish/record.hpp"
#include "git_sync/publish/state_folder.hpp"
#include "sidekick/cancel.hpp"

namespace sidekick::git_sync {

/// Where an in-place publisher works. Values.
struct InPlacePlaces {
  std::filesystem::path folder;
  std::filesystem::path git_dir;
  StateFolder state;
};

/// Everything known when a publication begins. The rows and the plan point into the other members: it may be moved, not
/// copied.
struct Assessment {
  std::vector<Entry> wanted;
  std::vector<std::string> empty_folders;  ///< of submodules that are not filled; sorted
  std::string snapshot_key;
  Record recorded;           ///< from our own record, or from git's files where there is none
  Record pending;            ///< of an interrupted publication
  bool interrupted = false;  ///< there was one
  bool known = false;        ///< there is a record
  std::vector<Row> rows;
  Plan plan;

  Assessment() = default;
  Assessment(Assessment&&) = default;
  Assessment& operator=(Assessment&&) = default;
};

/// Looks at every path that matters, and reads the files whose stamps do not decide. Changes nothing. Throws Error: io,
/// denied, data (an unusable object or entry), cancelled.
Assessment assess(const InPlacePlaces& places, const Snapshot& snapshot, const CancelToken& cancel);

}  // namespace sidekick::git_sync
