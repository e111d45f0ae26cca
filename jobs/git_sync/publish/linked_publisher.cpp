#include "git_sync/publish/linked_publisher.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <functional>
#include <system_error>

#include "git_sync/publish/git_index.hpp"
#include "git_sync/publish/new_tree.hpp"

namespace sidekick::git_sync {

namespace fs = std::filesystem;

/// One call of publish(): the wanted tree, and how it is read.
struct LinkedPublisher::Work {
  Work(const Snapshot& what, const CancelToken& token)
      : snapshot(what),
        cancel(token),
        listing(list_snapshot(what, token)),
        reader(what),
        key(snapshot_key(what, listing.entries)) {}

  bool is_host_git_served() const noexcept { return snapshot.subdir.empty(); }

  const Snapshot& snapshot;
  const CancelToken& cancel;
  Listing listing;
  CheckoutReader reader;
  std::string key;
};

namespace {

constexpr std::size_t max_examples = 3;

FileAttributes attributes_for(LinkedTarget::Access access) {
  if (access == LinkedTarget::Access::group_writes) return {0664, 0775, 0775, {}};
  return {};
}

void make_folder(const fs::path& path, mode_t mode) {
  if (::mkdir(path.c_str(), mode) != 0) {
    if (errno == EEXIST) return;
    throw path_error("make folder", path.string(), errno);
  }
  if (::chmod(path.c_str(), mode) != 0) throw path_error("set the mode of", path.string(), errno);
}

std::string first_line(const fs::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

// Both are sorted by path.
std::size_t count_changes(const Record& before, const std::vector<Entry>& entries) {
  std::size_t changes = 0;
  auto old = before.files.begin();
  for (const auto& entry : entries) {
    for (; old != before.files.end() && old->first < entry.path; old++) changes++;
    const bool was_there = old != before.files.end() && old->first == entry.path;
    if (!was_there || old->second.blob != entry.blob || old->second.kind != entry.kind) changes++;
    if (was_there) old++;
  }
  return changes + static_cast<std::size_t>(std::distance(old, before.files.end()));
}

std::size_t count_changes(const Record& before, const Record& after) {
  std::vector<Entry> entries;
  entries.reserve(after.files.size());
  for (const auto& [path, file] : after.files) {
    Entry entry{};
    entry.path = path;
    entry.kind = file.kind;
    entry.blob = file.blob;
    entries.push_back(std::move(entry));
  }
  return count_changes(before, entries);
}

std::vector<struct stat> statuses_of(const fs::path& tree, const std::vector<Entry>& entries) {
  const Fd root(::open(tree.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  std::vector<struct stat> out(entries.size());
  for (std::size_t i = 0; i < entries.size(); i++)
    if (::fstatat(root.get(), entries[i].path.c_str(), &out[i], AT_SYMLINK_NOFOLLOW) != 0)
      throw path_error("look at", entries[i].path, errno);
  return out;
}

bool is_folder_on_disk(const fs::path& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

}  // namespace

LinkedPublisher::LinkedPublisher(const LinkedTarget& target, const fs::path& git_dir, Log& log)
    : target_(target), layout_(target, git_dir), attributes_(attributes_for(target.access)), log_(log) {}

std::optional<ObjectId> LinkedPublisher::current() const {
  return layout_.linked_commit();
}

fs::path LinkedPublisher::tree_path() const {
  const auto commit = current();
  return commit ? layout_.worktree(*commit) : layout_.link();
}

Inspection LinkedPublisher::inspect(const Snapshot& snapshot, const CancelToken& cancel) const {
  Work work(snapshot, cancel);
  Inspection out;
  const auto note = [&](const std::string& path) {
    out.damaged++;
    if (out.examples.size() < max_examples) out.examples.push_back(path);
  };
  const auto commit = current();
  if (!commit) {
    for (const auto& entry : work.listing.entries) note(entry.path);
    return out;
  }
  const auto record = read_record(layout_.record(*commit));
  const auto* trusted = record && record->snapshot_key == work.key ? &*record : nullptr;
  if (record && !trusted) out.settings = Inspection::Settings::other;
  const auto findings = check_tree(layout_.worktree(*commit), work.listing, work.reader, trusted, attributes_, cancel);
  if (!git_finds_its_way(snapshot)) note(".git");
  for (const auto& folder : findings.damaged_folders) note(folder);
  for (const auto i : findings.damaged) note(work.listing.entries[i].path);
  return out;
}

Published LinkedPublisher::publish(const Snapshot& snapshot, const Gate& gate, const CancelToken& cancel) {
  Work work(snapshot, cancel);
  warn_of_attributes(work.reader);
  const auto before = current();
  auto record = before ? read_record(layout_.record(*before)) : std::nullopt;
  const bool is_current = before == snapshot.commit;
  if (is_current && record && record->snapshot_key == work.key) return mend(work, std::move(*record));
  // A commit that was published once does not pass the gate again: a missing or unknown tree is restored.
  return replace(work, is_current && !record ? Gate{} : gate, record);
}

Published LinkedPublisher::mend(Work& work, Record record) {
  const auto tree = layout_.worktree(work.snapshot.commit);
  const auto& entries = work.listing.entries;
  const auto findings = check_tree(tree, work.listing, work.reader, &record, attributes_, work.cancel);
  const bool whole = findings.damaged.empty() && findings.damaged_folders.empty();
  if (whole && findings.touched.empty() && git_finds_its_way(work.snapshot)) return {};
  const bool only_files = findings.damaged_folders.empty() && std::ranges::none_of(findings.damaged, [&](auto i) {
                            return is_folder_on_disk(tree / entries[i].path);
                          });
  if (!only_files) {
    auto published = replace(work, {}, record);
    published.changed_paths = findings.damaged.size() + findings.damaged_folders.size();
    return published;
  }
  ConfinedFolder folder(tree);
  const auto set_stamp = [&](const Entry& entry, const FileStamp& stamp) {
    record.files[entry.path] = {entry.kind, entry.blob, stamp_to_record(stamp)};
  };
  for (const auto& [i, stamp] : findings.touched) set_stamp(entries[i], stamp);
  for (const auto i : findings.damaged) {
    work.cancel.throw_if_cancelled();
    set_stamp(entries[i],
              folder.replace(entries[i].path, entries[i].kind, work.reader.source(entries[i]), attributes_));
  }
  write_admin_files(work, tree, record, statuses_of(tree, entries));
  folder.sync();
  return {findings.damaged.size()};
}

Published LinkedPublisher::replace(Work& work, const Gate& gate, const std::optional<Record>& before) {
  const auto& commit = work.snapshot.commit;
  const auto unfinished = layout_.unfinished(commit);
  make_folder(layout_.worktrees(), attributes_.folder_mode);
  remove_tree(unfinished);
  make_folder(unfinished, attributes_.folder_mode);
  try {
    fill(work, unfinished, gate, before);
  } catch (const Error& error) {
    // After a cancel, the removal of a large tree is left to the next attempt.
    if (error.kind() != ErrorKind::cancelled) discard_unfinished(commit);
    throw;
  }
  exchange_folders(unfinished, layout_.worktree(commit), layout_.put_aside(commit));
  move_link_to(commit);
  return {before ? count_changes(*before, work.listing.entries) : work.listing.entries.size()};
}

void LinkedPublisher::move_link_to(const ObjectId& commit) {
  const auto was_current = current();
  // From now on no reader is sent there: its timeout starts.
  if (was_current && *was_current != commit)
    ::utimensat(AT_FDCWD, layout_.worktree(*was_current).c_str(), nullptr, AT_SYMLINK_NOFOLLOW);
  if (before_switch_) before_switch_(layout_.worktree(commit));
  layout_.point_link_at(commit, attributes_.folder_mode);
}

std::optional<Published> LinkedPublisher::show(const ObjectId& commit) {
  const auto record = read_record(layout_.record(commit));
  if (!record || !is_folder_on_disk(layout_.worktree(commit))) return {};
  const auto was_current = current();
  const auto before = was_current ? read_record(layout_.record(*was_current)) : std::nullopt;
  move_link_to(commit);
  return Published{before ? count_changes(*before, *record) : record->files.size()};
}

void LinkedPublisher::fill(const Work& work, const fs::path& unfinished, const Gate& gate,
                           const std::optional<Record>& before) {
  const auto was_current = current();
  std::optional<BaseTree> base;
  if (was_current && before && before->snapshot_key == work.key)
    base.emplace(BaseTree{layout_.worktree(*was_current), *before});
  const NewTree plan{work.snapshot, work.listing, work.reader, attributes_, target_.unchanged, base};
  const auto statuses = write_tree(plan, unfinished, work.cancel);
  write_admin_files(work, unfinished, new_record(work, statuses), statuses);
  if (gate) gate(unfinished);
  work.cancel.throw_if_cancelled();
  ConfinedFolder(unfinished).sync();
}

// An incomplete tree may be what fills the disk.
void LinkedPublisher::discard_unfinished(const ObjectId& commit) {
  remove_tree(layout_.unfinished(commit));
  if (!is_folder_on_disk(layout_.worktree(commit))) remove_tree(layout_.admin(commit));
}

Record LinkedPublisher::new_record(const Work& work, const std::vector<struct stat>& statuses) const {
  Record record{work.snapshot.commit, work.key, {}};
  const auto& entries = work.listing.entries;
  for (std::size_t i = 0; i < entries.size(); i++) {
    const RecordedFile file{entries[i].kind, entries[i].blob, stamp_to_record(FileStamp::of(statuses[i]))};
    record.files.emplace_hint(record.files.end(), entries[i].path, file);
  }
  return record;
}

void LinkedPublisher::write_admin_files(const Work& work, const fs::path& tree, const Record& record,
                                        const std::vector<struct stat>& statuses) const {
  const auto& commit = work.snapshot.commit;
  const auto admin = layout_.admin(commit);
  make_folder(admin.parent_path(), attributes_.folder_mode);
  make_folder(admin, attributes_.folder_mode);
  const auto write = [&](const fs::path& file, const std::string& line) {
    replace_file(file, line + '\n', {attributes_.file_mode, NewFile::Mask::ignored, Durable::later});
  };
  write(admin / "HEAD", commit.hex());
  if (work.is_host_git_served()) {
    const auto worktree = layout_.worktree(commit);
    write(admin / "commondir", "../..");
    write(admin / "gitdir", (worktree / ".git").string());
    write(tree / ".git", "gitdir: " + admin.lexically_relative(worktree).string());
    write_git_index(admin / "index", work.listing, statuses);
    write_sparse_file(work.snapshot, admin / "info");
  }
  write_record(layout_.record(commit), record, Durable::later);
}

// As git has it, though no configuration makes it read that: who switches sparse checkouts on finds it.
void LinkedPublisher::write_sparse_file(const Snapshot& snapshot, const fs::path& info) const {
  if (!snapshot.sparse) {
    std::error_code ignored;
    fs::remove(info / "sparse-checkout", ignored);
    return;
  }
  make_folder(info, attributes_.folder_mode);
  replace_file(info / "sparse-checkout", snapshot.sparse->text(),
               {attributes_.file_mode, NewFile::Mask::ignored, Durable::later});
}

bool LinkedPublisher::git_finds_its_way(const Snapshot& snapshot) const {
  if (!snapshot.subdir.empty()) return true;
  const auto commit = current();
  if (!commit) return false;
  const auto admin = layout_.admin(*commit);
  const auto worktree = layout_.worktree(*commit);
  return first_line(worktree / ".git") == "gitdir: " + admin.lexically_relative(worktree).string() &&
         first_line(admin / "HEAD") == commit->hex() && first_line(admin / "commondir") == "../.." &&
         fs::exists(admin / "gitdir") && fs::exists(admin / "index");
}

void LinkedPublisher::warn_of_attributes(const CheckoutReader& reader) {
  for (const auto& attribute : reader.left_undone())
    if (warned_of_.insert(attribute).second)
      log_.warn("an attribute of the repository is not supported: its files are published as git stores them",
                {{"attribute", attribute}});
}

FileStamp LinkedPublisher::stamp_to_record(FileStamp stamp) const noexcept {
  // Every later link to the same file changes its ctime.
  if (target_.unchanged == LinkedTarget::Unchanged::hard_link) stamp.ctime_ns = 0;
  return stamp;
}

void LinkedPublisher::remove_tree(const fs::path& folder) {
  std::error_code error;
  fs::remove_all(folder, error);
  if (error) log_.warn("an unused tree cannot be removed", {{"path", folder.string()}, {"cause", error.message()}});
}

bool LinkedPublisher::is_due(const fs::path& worktree) const {
  struct stat status{};
  if (::lstat(worktree.c_str(), &status) != 0) return false;
  const auto since = std::chrono::seconds(status.st_mtim.tv_sec) + std::chrono::nanoseconds(status.st_mtim.tv_nsec);
  return since + target_.stale_timeout <= std::chrono::system_clock::now().time_since_epoch();
}

std::vector<ObjectId> LinkedPublisher::removable_trees() const {
  const auto published = current();
  if (!published) return {};
  std::vector<std::pair<fs::file_time_type, ObjectId>> old;
  std::error_code error;
  for (fs::directory_iterator it(layout_.worktrees(), error), end; !error && it != end; it.increment(error)) {
    const auto commit = ObjectId::parse(it->path().filename().string());
    std::error_code gone;
    if (commit && *commit != *published) old.emplace_back(fs::last_write_time(it->path(), gone), *commit);
  }
  std::ranges::sort(old, std::greater{});
  std::vector<ObjectId> out;
  for (auto i = target_.keep_trees; i < old.size(); i++)
    if (is_due(layout_.worktree(old[i].second))) out.push_back(old[i].second);
  return out;
}

void LinkedPublisher::tidy(const CancelToken& cancel) {
  for (const auto& commit : removable_trees()) {
    cancel.throw_if_cancelled();
    // Renames first, so that a kill leaves nothing that looks complete.
    const auto aside = layout_.put_aside(commit);
    remove_tree(aside);
    if (::rename(layout_.worktree(commit).c_str(), aside.c_str()) == 0) remove_tree(aside);
  }
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator it(layout_.worktrees(), error), end; !error && it != end; it.increment(error))
    found.push_back(it->path());
  for (const auto& path : found) {
    cancel.throw_if_cancelled();
    const auto name = path.filename().string();
    const bool is_leftover = name.starts_with(".tmp-") || name.starts_with(".old-");
    // The folder is ours alone, as it is the peer's.
    const bool is_stranger = !ObjectId::parse(name) && is_due(path);
    if (is_leftover || is_stranger) remove_tree(path);
  }
  for (fs::directory_iterator it(layout_.git_dir() / "worktrees", error), end; !error && it != end;
       it.increment(error)) {
    const auto commit = ObjectId::parse(it->path().filename().string());
    if (commit && !is_folder_on_disk(layout_.worktree(*commit))) remove_tree(it->path());
  }
}

std::unique_ptr<Publisher> make_linked_publisher(const LinkedTarget& target, const fs::path& git_dir, Log& log) {
  return std::make_unique<LinkedPublisher>(target, git_dir, log);
}

}  // namespace sidekick::git_sync
