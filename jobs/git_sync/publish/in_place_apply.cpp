#include "git_sync/publish/in_place_apply.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <system_error>

#include "git_sync/publish/checkout_reader.hpp"
#include "git_sync/publish/stage_entries.hpp"
#include "git_sync/publish/staging.hpp"
#include "sidekick/error.hpp"

namespace sidekick::git_sync {

namespace fs = std::filesystem;

namespace {

class Application final {
 public:
  Application(const InPlacePlaces& places, const Assessment& found, const Snapshot& snapshot, Log& log,
              const CancelToken& cancel)
      : places_(places),
        found_(found),
        plan_(found.plan),
        snapshot_(snapshot),
        log_(log),
        cancel_(cancel),
        attributes_(attributes_in(places.folder)),
        folder_(places.folder) {}

  void run(InPlaceTarget::DeleteOrder order) {
    if (plan_.changes_files()) change_files(order);
    leave_no_empty_folders();
    for (const auto& folder : plan_.make_folders) folder_.ensure_folder(folder, attributes_);
    if (plan_.changes_files() || !plan_.make_folders.empty() || found_.interrupted) folder_.sync();
    write_record(places_.state.record, finished());
    if (::unlink(places_.state.pending.c_str()) != 0 && errno != ENOENT)
      throw error_from_errno("cannot remove '" + places_.state.pending.string() + "'", errno);
  }

 private:
  void change_files(InPlaceTarget::DeleteOrder order) {
    const Staging staging(places_.state.staging, attributes_);
    stage(staging);
    // Syncs the bytes before the names: no reader may find an empty file after a power loss.
    folder_.sync();
    // The pending record is the only place that has what was pending until now.
    if (found_.interrupted) write_record(places_.state.record, so_far());
    write_record(places_.state.pending, begun());
    if (order == InPlaceTarget::DeleteOrder::first) remove(plan_.remove);
    remove(plan_.clear);
    for (const auto& folder : plan_.clear_folders) folder_.remove_empty_folder(folder);
    move_in(staging);
    if (order == InPlaceTarget::DeleteOrder::last) remove(plan_.remove);
    check_apart();
  }

  void stage(const Staging& staging) {
    if (plan_.write.empty()) return;
    std::vector<const Entry*> entries;
    entries.reserve(plan_.write.size());
    for (const auto* row : plan_.write) entries.push_back(row->wanted);
    CheckoutReader reader(snapshot_);
    for (const auto& attribute : reader.left_undone())
      log_.warn("files are published as they are stored: an attribute is not supported", {{"attribute", attribute}});
    staged_ = stage_entries(staging, entries, reader, cancel_);
  }

  /// What the next process must recognise as ours if this one ends here.
  Record begun() const {
    Record record{snapshot_.commit, found_.snapshot_key, {}};
    for (std::size_t i = 0; i < plan_.write.size(); i++) {
      const auto& entry = *plan_.write[i]->wanted;
      record.files.try_emplace(entry.path, RecordedFile{entry.kind, entry.blob, staged_[i]});
    }
    for (const auto& row : found_.rows)
      if (row.is_pending()) record.files.try_emplace(std::string(row.path), *row.pending);
    return record;
  }

  /// Files that are ours already: from the last finished publication and from the interrupted one.
  Record so_far() const {
    auto record = found_.recorded;
    for (const auto& row : found_.rows)
      if (row.is_pending()) record.files.insert_or_assign(std::string(row.path), *row.pending);
    return record;
  }

  Record finished() {
    Record record{snapshot_.commit, found_.snapshot_key, {}, found_.empty_folders};
    for (const auto& row : found_.rows)
      if (row.wanted)
        record.files.emplace_hint(record.files.end(), row.path,
                                  RecordedFile{row.wanted->kind, row.wanted->blob, row.seen.stamp});
    for (std::size_t i = 0; i < moved_.size(); i++) record.files.at(plan_.write[i]->wanted->path).stamp = moved_[i];
    return record;
  }

  void remove(const std::vector<std::string>& paths) {
    for (const auto& path : paths) {
      cancel_.throw_if_cancelled();
      if (!was_just_written(path)) folder_.remove(path);
    }
  }

  /// On a filesystem that ignores case, the old name of a file leads to the new one.
  bool was_just_written(const std::string& path) const {
    if (inodes_.empty()) return false;
    const auto there = folder_.look(path);
    return there && inodes_.contains(there->stamp.inode);
  }

  void move_in(const Staging& staging) {
    moved_.reserve(plan_.write.size());
    for (std::size_t i = 0; i < plan_.write.size(); i++) {
      cancel_.throw_if_cancelled();
      const auto& entry = *plan_.write[i]->wanted;
      moved_.push_back(folder_.take(staging.folder(), Staging::name_of(i), entry.path, entry.kind, attributes_));
      inodes_.insert(moved_.back().inode);
    }
  }

  void check_apart() const {
    for (std::size_t i = 0; i < moved_.size(); i++) {
      const auto& path = plan_.write[i]->wanted->path;
      const auto there = folder_.look(path);
      if (there && inodes_.contains(there->stamp.inode) && there->stamp.inode != moved_[i].inode)
        throw Error(ErrorKind::data, "cannot publish '" + path + "': another file of the commit has its name here",
                    "the filesystem takes upper and lower case for one: rename one of the two in the repository");
    }
  }

  void leave_no_empty_folders() {
    for (const auto& folder : plan_.leave_empty) folder_.remove_empty_folder(folder);
  }

  const InPlacePlaces& places_;
  const Assessment& found_;
  const Plan& plan_;
  const Snapshot& snapshot_;
  Log& log_;
  const CancelToken& cancel_;
  FileAttributes attributes_;
  ConfinedFolder folder_;
  std::vector<FileStamp> staged_;
  std::vector<FileStamp> moved_;
  std::set<std::uint64_t> inodes_;
};

}  // namespace

FileAttributes attributes_in(const fs::path& folder) {
  struct stat status{};
  if (::stat(folder.c_str(), &status) != 0) throw error_from_errno("cannot look at '" + folder.string() + "'", errno);
  FileAttributes attributes;
  const bool ours = status.st_uid == ::geteuid() && status.st_gid == ::getegid();
  if (::geteuid() == 0 && !ours) attributes.owner = Ownership{status.st_uid, status.st_gid};
  return attributes;
}

void apply(const InPlacePlaces& places, const Assessment& found, const Snapshot& snapshot,
           InPlaceTarget::DeleteOrder order, Log& log, const CancelToken& cancel) {
  Application(places, found, snapshot, log, cancel).run(order);
}

}  // namespace sidekick::git_sync
