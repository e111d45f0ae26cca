#include "git_sync/publish/takeover.hpp"

#include <string_view>

#include "git_sync/publish/entry.hpp"
#include "git_sync/publish/names.hpp"
#include "git_sync/store/tree_reader.hpp"

namespace sidekick::git_sync {

namespace {

bool may_be_published(std::string_view path) {
  if (is_state_folder_name(path.substr(0, path.find('/')))) return false;
  for (;;) {
    const auto slash = path.find('/');
    if (is_forbidden_name(path.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

EntryKind kind_of_index(std::uint32_t mode) {
  if ((mode & mode_mask) == mode_symlink) return EntryKind::symlink;
  return mode & 0100 ? EntryKind::executable : EntryKind::file;
}

FileStamp stamp_of(const git_index_entry& entry) {
  FileStamp stamp;
  stamp.mtime_ns = std::int64_t{entry.mtime.seconds} * 1'000'000'000 + entry.mtime.nanoseconds;
  stamp.size = entry.file_size;
  return stamp;
}

}  // namespace

Record files_of_index(const std::filesystem::path& git_dir) {
  use_libgit2();
  Record record;
  git_index* raw = nullptr;
  if (git_index_open(&raw, (git_dir / "index").c_str()) != 0) return record;
  const IndexHandle index(raw);
  for (std::size_t i = 0; i < git_index_entrycount(index.get()); i++) {
    const auto* entry = git_index_get_byindex(index.get(), i);
    const bool file = (entry->mode & mode_mask) != mode_submodule && (entry->mode & mode_mask) != mode_tree;
    if (!file || git_index_entry_stage(entry) != 0 || !may_be_published(entry->path)) continue;
    record.files.try_emplace(entry->path, RecordedFile{kind_of_index(entry->mode), {entry->id}, stamp_of(*entry)});
  }
  return record;
}

Record files_of_head(const Snapshot& snapshot, const CancelToken& cancel) {
  const auto& store = *snapshot.parts.front().store;
  Record record;
  ObjectId head;
  if (git_reference_name_to_id(&head.value, store.handle(), "HEAD") != 0) return record;
  try {
    const auto commit = store.commit_of(head);
    Snapshot old{commit, {{"", &store, commit, store.tree_of(commit, snapshot.subdir)}}, snapshot.subdir};
    old.sparse = snapshot.sparse;
    for (const auto& entry : list_entries(old, cancel))
      record.files.try_emplace(entry.path, RecordedFile{entry.kind, entry.blob, {}});
  } catch (const Error& error) {
    // An unreadable file is not evidence that it is ours.
    if (error.kind() == ErrorKind::cancelled) throw;
    record.files.clear();
  }
  return record;
}

}  // namespace sidekick::git_sync
