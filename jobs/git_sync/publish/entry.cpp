#include "git_sync/publish/entry.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include "git_sync/publish/names.hpp"
#include "git_sync/store/tree_reader.hpp"
#include "sidekick/error.hpp"

namespace sidekick::git_sync {

namespace {

// Deeper than any path on disk can be: deeper nesting is an attack on memory.
constexpr int max_depth = 2048;

class Lister final {
 public:
  Lister(const Snapshot& snapshot, const CancelToken& cancel) : snapshot_(snapshot), cancel_(cancel) {
    for (std::size_t i = 0; i < snapshot.parts.size(); i++) part_by_prefix_.emplace(snapshot.parts[i].prefix, i);
  }

  Listing list() {
    if (!snapshot_.parts.empty())
      list_part(0, snapshot_.sparse ? snapshot_.sparse->reach_of_folder(snapshot_.subdir) : Reach::published, 0);
    // Trees made by git are in this order already.
    if (!std::ranges::is_sorted(out_.entries, {}, &Entry::path)) std::ranges::sort(out_.entries, {}, &Entry::path);
    std::ranges::sort(out_.left_out, {}, &Entry::path);
    std::ranges::sort(out_.folders);
    std::ranges::sort(out_.submodules, {}, &SubmoduleEntry::path);
    return std::move(out_);
  }

 private:
  using Reach = SparsePatterns::Reach;

  void list_part(std::size_t part, Reach reach, int depth) {
    const auto& share = snapshot_.parts[part];
    const auto odb = odb_of(share.store->handle());
    list_tree({odb.get(), part}, share.tree, share.prefix, reach, depth);
  }

  /// Whose objects are read.
  struct Source {
    git_odb* odb;
    std::size_t part;
  };

  void list_tree(const Source& source, const ObjectId& id, const std::string& prefix, Reach reach, int depth) {
    cancel_.throw_if_cancelled();
    if (depth > max_depth) throw Error(ErrorKind::data, "the folders of '" + id.hex() + "' are nested too deep");
    const TreeObject tree(source.odb, id, prefix);
    refuse_twins(tree, prefix);
    for (const auto& entry : tree.entries()) {
      refuse_forbidden(entry, prefix);
      auto path = prefix + std::string(entry.name);
      const auto kind = entry.mode & mode_mask;
      if (kind == mode_tree)
        list_folder(source, entry.id, path, reach, depth);
      else if (kind == mode_submodule)
        list_submodule(entry.id, path, source.part, depth);
      else
        list_file(source.part, entry, std::move(path), reach);
    }
  }

  void list_file(std::size_t part, const TreeEntry& entry, std::string path, Reach of_folder) {
    const auto reach = reach_of(part, path, PathPatterns::Kind::other, of_folder);
    auto& list = reach == Reach::published ? out_.entries : out_.left_out;
    list.push_back({std::move(path), kind_of_mode(entry.mode), entry.id, part});
  }

  /// Git never leaves out a submodule, nor anything in it.
  Reach reach_of(std::size_t part, const std::string& path, PathPatterns::Kind kind, Reach of_folder) const {
    if (!snapshot_.sparse || part != 0) return of_folder;
    return snapshot_.sparse->reach_of(path_in_repository(path), kind, of_folder);
  }

  void list_folder(const Source& source, const ObjectId& id, const std::string& path, Reach of_folder, int depth) {
    const auto entries = out_.entries.size();
    out_.folders.push_back(path);
    const auto folders = out_.folders.size();
    const auto reach = reach_of(source.part, path, PathPatterns::Kind::folder, of_folder);
    list_tree(source, id, path + '/', reach, depth + 1);
    // Git has folders only for the files in them.
    if (out_.entries.size() == entries && out_.folders.size() == folders) out_.folders.pop_back();
  }

  void list_submodule(const ObjectId& commit, const std::string& path, std::size_t part, int depth) {
    out_.folders.push_back(path);
    if (part == 0) out_.submodules.push_back({path, commit});
    const auto found = part_by_prefix_.find(path + '/');
    if (found != part_by_prefix_.end()) return list_part(found->second, Reach::published, depth + 1);
    if (needs_part(path, part))
      throw Error(ErrorKind::data, "there is no URL for submodule '" + path_in_repository(path) + "' of the commit",
                  "add it to .gitmodules; --submodules=off skips submodules");
  }

  bool needs_part(const std::string& path, std::size_t of_part) const {
    using Need = Snapshot::LinksNeedParts;
    if (snapshot_.links_need_parts == Need::of_none || snapshot_.links_left_empty.contains(path)) return false;
    return snapshot_.links_need_parts == Need::of_all || of_part == 0;
  }

  std::string path_in_repository(const std::string& path) const {
    return snapshot_.subdir.empty() ? path : snapshot_.subdir + '/' + path;
  }

  static EntryKind kind_of_mode(std::uint32_t mode) {
    if ((mode & mode_mask) == mode_symlink) return EntryKind::symlink;
    return mode & 0100 ? EntryKind::executable : EntryKind::file;
  }

  static void refuse_forbidden(const TreeEntry& entry, const std::string& prefix) {
    const bool refused = is_forbidden_name(entry.name) || (prefix.empty() && is_state_folder_name(entry.name)) ||
                         ((entry.mode & mode_mask) == mode_symlink && is_git_modules_name(entry.name));
    if (refused)
      throw Error(ErrorKind::data, "refused path '" + prefix + std::string(entry.name) + "' of the commit",
                  "this path is reserved: rename it in the repository");
  }

  // Two entries of one name allow a write through a symlink: the symlink first, then a folder of its name.
  static void refuse_twins(const TreeObject& tree, const std::string& prefix) {
    std::vector<std::string_view> names;
    names.reserve(tree.entries().size());
    for (const auto& entry : tree.entries()) names.push_back(entry.name);
    std::ranges::sort(names);
    const auto twin = std::ranges::adjacent_find(names);
    if (twin != names.end())
      throw Error(ErrorKind::data, "refused path '" + prefix + std::string(*twin) + "' of the commit: it exists twice");
  }

  const Snapshot& snapshot_;
  const CancelToken& cancel_;
  std::map<std::string, std::size_t, std::less<>> part_by_prefix_;
  Listing out_;
};

}  // namespace

std::vector<Entry> list_entries(const Snapshot& snapshot, const CancelToken& cancel) {
  return list_snapshot(snapshot, cancel).entries;
}

Listing list_snapshot(const Snapshot& snapshot, const CancelToken& cancel) {
  return Lister(snapshot, cancel).list();
}

}  // namespace sidekick::git_sync
