#include "git_sync/store/garbage.hpp"

#include <algorithm>
#include <fstream>
#include <string>
#include <system_error>

#include "git_sync/store/folder.hpp"
#include "git_sync/store/walk.hpp"
#include "sidekick/hex.hpp"

namespace sidekick::git_sync {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t many_packs = 50;
constexpr std::uint64_t little_bytes = std::uint64_t{1} << 20;

std::vector<fs::path> names_in(const fs::path& folder) {
  std::vector<fs::path> out;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    out.push_back(it->path());
  if (error && error.value() != ENOENT)
    throw error_from_errno("cannot read folder '" + folder.string() + "'", error.value());
  return out;
}

std::uint64_t size_of(const fs::path& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  return error ? 0 : size;
}

std::vector<fs::path> loose_objects(const fs::path& git_dir) {
  std::vector<fs::path> out;
  for (const auto& folder : names_in(git_dir / "objects"))
    if (is_hex(folder.filename().string(), 2))
      for (const auto& file : names_in(folder))
        if (is_hex(file.filename().string(), 38)) out.push_back(file);
  return out;
}

std::uint64_t remove_file(const fs::path& path) {
  const auto size = size_of(path);
  std::error_code error;
  return fs::remove(path, error) ? size : 0;
}

// Commits whose worktree or ref may still be in use.
std::vector<ObjectId> other_tips(git_repository* repository, git_odb* odb, const fs::path& git_dir) {
  std::vector<ObjectId> out;
  const auto add = [&](const ObjectId& id) {
    try {
      out.push_back(peel_to_commit(odb, id));
    } catch (const Error& error) {
      // A ref to a missing object or to something other than a commit keeps nothing.
      if (error.kind() != ErrorKind::data) throw;
    }
  };
  git_strarray names{};
  if (git_reference_list(&names, repository) == 0) {
    for (std::size_t i = 0; i < names.count; i++) {
      ObjectId id;
      if (git_reference_name_to_id(&id.value, repository, names.strings[i]) == 0) add(id);
    }
    git_strarray_dispose(&names);
  }
  for (const auto& worktree : names_in(git_dir / "worktrees")) {
    std::ifstream in(worktree / "HEAD");
    std::string line;
    if (std::getline(in, line))
      if (const auto id = ObjectId::parse(line)) add(*id);
  }
  return out;
}

class Repack final {
 public:
  Repack(git_repository* repository, const CancelToken& cancel, Extent extent)
      : odb_(odb_of(repository)), cancel_(cancel), extent_(extent) {
    git_packbuilder* builder = nullptr;
    check(git_packbuilder_new(&builder, repository));
    builder_.reset(builder);
    git_packbuilder_set_threads(builder, 0);
  }

  git_odb* odb() const noexcept { return odb_.get(); }

  /// The history of `tips` with every tree on the way.
  void add(const std::vector<ObjectId>& tips, const ObjectIdSet& boundary) {
    TreeWalk trees(odb_.get(), cancel_, [&](const ObjectId& id, git_object_t type, const std::string& path) {
      const bool may_be_missing = extent_ == Extent::trees && type == GIT_OBJECT_BLOB;
      if (may_be_missing && git_odb_exists(odb_.get(), &id.value) == 0) return;
      check(git_packbuilder_insert(builder_.get(), &id.value, path.c_str()));
    });
    walk_history(odb_.get(), tips, boundary, cancel_, [&](const HistoryStep& step) {
      check(git_packbuilder_insert(builder_.get(), &step.commit.value, nullptr));
      trees.run(step.links.tree);
      return AfterVisit::go_on;
    });
  }

  /// The name of the new pack, without folder and extension.
  std::string write(const fs::path& folder) {
    if (git_packbuilder_object_count(builder_.get()) == 0) return {};
    check(git_packbuilder_write(builder_.get(), folder.c_str(), 0, stop_when_cancelled,
                                const_cast<CancelToken*>(&cancel_)));
    const char* name = git_packbuilder_name(builder_.get());
    return name ? std::string("pack-") + name : std::string();
  }

 private:
  static int stop_when_cancelled(const git_indexer_progress* /*progress*/, void* token) {
    return static_cast<const CancelToken*>(token)->cancelled() ? GIT_EUSER : 0;
  }

  void check(int code) const {
    if (code == 0) return;
    cancel_.throw_if_cancelled();
    throw git_error("cannot repack", code);
  }

  OdbHandle odb_;
  const CancelToken& cancel_;
  Extent extent_;
  PackBuilder builder_;
};

/// All that a repack keeps the history of.
std::vector<ObjectId> tips_to_keep(git_repository* repository, git_odb* odb, const fs::path& git_dir,
                                   const std::vector<ObjectId>& keep, const std::vector<ObjectId>& shallow,
                                   const CancelToken& cancel, Extent extent) {
  std::vector<ObjectId> tips;
  tips.reserve(keep.size());
  for (const auto& id : keep) tips.push_back(peel_to_commit(odb, id));
  const auto others = other_tips(repository, odb, git_dir);
  std::ranges::copy_if(others, std::back_inserter(tips),
                       [&](const ObjectId& tip) { return !first_missing(odb, tip, shallow, cancel, extent); });
  return tips;
}

struct Unreached {
  git_odb* odb;
  const ObjectIdSet& reached;
  std::uint64_t bytes = 0;
};

int add_if_unreached(const git_oid* id, void* payload) {
  auto& sum = *static_cast<Unreached*>(payload);
  std::size_t bytes = 0;
  git_object_t type = GIT_OBJECT_INVALID;
  if (!sum.reached.contains(ObjectId{*id}) && git_odb_read_header(&bytes, &type, sum.odb, id) == 0) sum.bytes += bytes;
  return 0;
}

}  // namespace

bool has_much_garbage(git_repository* repository, const fs::path& git_dir, const std::vector<ObjectId>& keep,
                      const std::vector<ObjectId>& shallow, const CancelToken& cancel, Extent extent) {
  constexpr std::uint64_t tolerated_share = 10;
  const auto packs = list_packs(git_dir);
  // One pack is what was fetched first, or repacked last: all of it was in reach then.
  if (packs.size() < 2 || shallow.empty()) return false;
  std::uint64_t total = 0;
  for (const auto& pack : packs) total += pack.bytes;
  if (total < little_bytes) return false;
  const auto odb = odb_of(repository);
  const auto tips = tips_to_keep(repository, odb.get(), git_dir, keep, shallow, cancel, extent);
  ObjectIdSet reached;
  TreeWalk trees(odb.get(), cancel,
                 [&](const ObjectId& id, git_object_t /*type*/, const std::string& /*path*/) { reached.insert(id); });
  walk_history(odb.get(), tips, {shallow.begin(), shallow.end()}, cancel, [&](const HistoryStep& step) {
    reached.insert(step.commit);
    trees.run(step.links.tree);
    return AfterVisit::go_on;
  });
  Unreached unreached{odb.get(), reached};
  git_odb_foreach(odb.get(), add_if_unreached, &unreached);
  return unreached.bytes > std::max(little_bytes, total / tolerated_share);
}

std::uint64_t remove_all_objects_but(const std::string& kept, const fs::path& git_dir) {
  std::uint64_t freed = 0;
  const auto folder = git_dir / "objects" / "pack";
  auto files = names_in(folder);
  // Skips an index without its pack; treats a pack without its index as part of an unfinished fetch.
  std::ranges::partition(files, [](const fs::path& file) { return file.extension() != ".pack"; });
  for (const auto& file : files) {
    const auto stem = file.stem().string();
    const bool of_several = file.filename().string().starts_with("multi-pack-index");
    if (!of_several && (stem == kept || !stem.starts_with("pack-") || fs::exists(folder / (stem + ".keep")))) continue;
    freed += remove_file(file);
  }
  for (const auto& object : loose_objects(git_dir)) freed += remove_file(object);
  std::error_code ignored;
  fs::remove(git_dir / "objects" / "info" / "commit-graph", ignored);
  fs::remove_all(git_dir / "objects" / "info" / "commit-graphs", ignored);
  return freed;
}

std::vector<PackFile> list_packs(const fs::path& git_dir) {
  std::vector<PackFile> out;
  for (const auto& path : names_in(git_dir / "objects" / "pack"))
    if (path.extension() == ".pack")
      out.push_back({path, size_of(path) + size_of(fs::path(path).replace_extension(".idx"))});
  return out;
}

bool is_wasteful(const std::vector<PackFile>& packs) {
  if (packs.size() > many_packs) return true;
  std::uint64_t total = 0;
  std::uint64_t largest = 0;
  for (const auto& pack : packs) {
    total += pack.bytes;
    largest = std::max(largest, pack.bytes);
  }
  return total > 2 * largest + little_bytes;
}

std::uint64_t repack(git_repository* repository, const fs::path& git_dir, const std::vector<ObjectId>& keep,
                     const std::vector<ObjectId>& shallow, const CancelToken& cancel, Extent extent) {
  Repack work(repository, cancel, extent);
  const ObjectIdSet boundary(shallow.begin(), shallow.end());
  work.add(tips_to_keep(repository, work.odb(), git_dir, keep, shallow, cancel, extent), boundary);
  const auto name = work.write(git_dir / "objects" / "pack");
  if (name.empty()) return 0;
  for (const char* ending : {".pack", ".idx"}) set_pack_mode(git_dir / "objects" / "pack" / (name + ending));
  const auto new_bytes = size_of(git_dir / "objects" / "pack" / (name + ".pack"));
  if (new_bytes == 0) throw Error(ErrorKind::io, "cannot repack '" + git_dir.string() + "': the new pack is not there");
  const auto freed = remove_all_objects_but(name, git_dir);
  return freed > new_bytes ? freed - new_bytes : 0;
}

}  // namespace sidekick::git_sync
