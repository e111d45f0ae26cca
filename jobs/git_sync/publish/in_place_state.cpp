#include "git_sync/publish/in_place_state.hpp"

#include <algorithm>
#include <optional>
#include <system_error>

#include "git_sync/publish/checkout_reader.hpp"
#include "git_sync/publish/confined_folder.hpp"
#include "git_sync/publish/survey.hpp"
#include "git_sync/publish/takeover.hpp"
#include "sidekick/error.hpp"

namespace sidekick::git_sync {

namespace fs = std::filesystem;

namespace {

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(fs::symlink_status(path, error));
}

/// The files that came from git, as far as git's own files show it.
Record without_record(const InPlacePlaces& places, const Snapshot& snapshot, const CancelToken& cancel) {
  const bool damaged = is_there(places.state.record);
  std::error_code error;
  const bool beside = fs::equivalent(places.git_dir, places.folder / ".git", error);
  auto record = beside ? files_of_index(places.git_dir) : Record{};
  // HEAD shows what was written here only where we, or the git of this folder, wrote it.
  if ((damaged || beside) && !snapshot.parts.empty()) record.files.merge(files_of_head(snapshot, cancel).files);
  return record;
}

/// Compares a file with the object store, which is opened when first needed.
class Comparison final {
 public:
  Comparison(const fs::path& folder, const Snapshot& snapshot) : folder_(folder), snapshot_(snapshot) {}

  bool operator()(const Entry& entry) {
    if (!reader_) reader_.emplace(snapshot_);
    return holds(entry, reader_->source(entry));
  }

 private:
  bool holds(const Entry& entry, const FileBytes& bytes) const {
    try {
      return folder_.holds(entry.path, entry.kind, bytes);
    } catch (const Error& error) {
      // A file that we cannot read is not one that we wrote.
      if (error.kind() != ErrorKind::denied) throw;
      return false;
    }
  }

  ConfinedFolder folder_;
  const Snapshot& snapshot_;
  std::optional<CheckoutReader> reader_;
};

/// The empty folders of a listing: those of submodules that are not filled.
std::vector<std::string> empty_folders_of(const Listing& listing) {
  std::vector<std::string> out;
  std::ranges::copy_if(listing.folders, std::back_inserter(out), [&](const std::string& folder) {
    const auto below = folder + '/';
    const auto file = std::ranges::lower_bound(listing.entries, below, {}, &Entry::path);
    const auto inner = std::ranges::lower_bound(listing.folders, below);
    return (file == listing.entries.end() || !file->path.starts_with(below)) &&
           (inner == listing.folders.end() || !inner->starts_with(below));
  });
  return out;
}

void look_at(std::vector<Row>& rows, const fs::path& folder, const CancelToken& cancel) {
  Surveyor surveyor(folder);
  for (auto& row : rows) {
    cancel.throw_if_cancelled();
    const std::string path(row.path);
    row.seen = surveyor.look(path);
    if (row.wanted && row.seen.what == Seen::What::folder) row.content = surveyor.list(path);
  }
}

}  // namespace

Assessment assess(const InPlacePlaces& places, const Snapshot& snapshot, const CancelToken& cancel) {
  Assessment found;
  auto listing = list_snapshot(snapshot, cancel);
  found.empty_folders = empty_folders_of(listing);
  found.wanted = std::move(listing.entries);
  found.snapshot_key = snapshot_key(snapshot, found.wanted);
  auto recorded = read_record(places.state.record);
  found.known = recorded.has_value();
  found.recorded = recorded ? std::move(*recorded) : without_record(places, snapshot, cancel);
  found.interrupted = is_there(places.state.pending);
  found.pending = read_record(places.state.pending).value_or(Record{});
  found.rows = join_rows(found.wanted, found.recorded, found.pending);
  look_at(found.rows, places.folder, cancel);
  const auto trust = found.recorded.snapshot_key == found.snapshot_key ? Trust::stamps : Trust::bytes;
  Comparison same(places.folder, snapshot);
  found.plan = make_plan(found.rows, trust, [&](const Entry& entry) {
    cancel.throw_if_cancelled();
    return same(entry);
  });
  Surveyor surveyor(places.folder);
  plan_empty_folders(found.plan, found.rows, found.recorded.empty_folders, found.empty_folders, surveyor);
  return found;
}

}  // namespace sidekick::git_sync
