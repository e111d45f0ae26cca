#include "git_sync/remote/local_selection.hpp"

#include <algorithm>
#include <fstream>
#include <limits>
#include <map>
#include <unordered_set>

#include "git_sync/remote/object_filter.hpp"
#include "git_sync/store/commit_reader.hpp"
#include "git_sync/store/tree_reader.hpp"
#include "sidekick/handle.hpp"

namespace sidekick::git_sync {

namespace {

// Deeper trees are never published: they are an attack on the stack.
constexpr std::ptrdiff_t max_depth = 2048;

struct IdHash {
  std::size_t operator()(const ObjectId& id) const noexcept {
    std::size_t hash = 0;
    std::copy_n(id.value.id, sizeof hash, reinterpret_cast<unsigned char*>(&hash));
    return hash;
  }
};
using IdSet = std::unordered_set<ObjectId, IdHash>;

struct CommitFacts {
  ObjectId id;
  ObjectId tree;
  std::vector<ObjectId> parents;
};

/// The boundary of a repository that is itself shallow.
IdSet boundary_of(git_repository* repository) {
  IdSet ids;
  std::ifstream file(std::string(git_repository_commondir(repository)) + "shallow");
  for (std::string line; std::getline(file, line);)
    if (const auto id = ObjectId::parse(line)) ids.insert(*id);
  return ids;
}

class Selector final {
 public:
  Selector(git_repository* repository, const std::string& path, const FetchRequest& request, const CancelToken& cancel)
      : repository_(repository),
        odb_(odb_of(repository)),
        path_(path),
        request_(request),
        cancel_(cancel),
        filter_(ObjectFilter::parse(request.filter).value_or(ObjectFilter{})),
        here_shallow_(request.shallow.begin(), request.shallow.end()),
        there_shallow_(boundary_of(repository)) {}

  Selection select() {
    find_commits_here();
    find_commits_wanted();
    // Oldest first, so that the tree of an already chosen parent can serve as the base.
    std::ranges::reverse(chosen_);
    for (const auto& commit : chosen_) add_commit(commit);
    std::vector<ObjectId> shallow(boundary_.begin(), boundary_.end());
    std::ranges::sort(shallow);
    return {std::move(objects_), std::move(shallow)};
  }

 private:
  CommitFacts read_commit(const ObjectId& id) const {
    cancel_.throw_if_cancelled();
    try {
      const auto links = git_sync::read_commit(odb_.get(), id);
      return {id, links.tree, links.parents};
    } catch (const Error& error) {
      throw Error(error.kind(), error.message() + " in '" + path_ + "'", error.hint());
    }
  }

  bool exists(const ObjectId& id) const { return git_odb_exists(odb_.get(), &id.value) != 0; }

  /// Commits that the other store has: those named, and their history up to its boundary.
  void find_commits_here() {
    std::vector<ObjectId> left;
    std::ranges::copy_if(request_.haves, std::back_inserter(left), [this](const auto& id) { return exists(id); });
    while (!left.empty()) {
      const auto id = left.back();
      left.pop_back();
      if (!here_.insert(id).second) continue;
      const auto commit = read_commit(id);
      if (!base_tree_) base_tree_ = commit.tree;
      if (here_shallow_.contains(id) || there_shallow_.contains(id)) continue;
      left.insert(left.end(), commit.parents.begin(), commit.parents.end());
    }
  }

  /// The commit that a want names; tags on the way to it are sent too.
  std::optional<ObjectId> commit_of(const ObjectId& want) {
    if (!exists(want))
      throw Error(ErrorKind::no_input, "cannot fetch from '" + path_ + "': it has no object " + want.hex(),
                  "follow a branch or a tag, or an existing commit");
    git_object* object = nullptr;
    ObjectId id = want;
    while (git_object_lookup(&object, repository_, &id.value, GIT_OBJECT_TAG) == 0) {
      const Handle<git_object, git_object_free> tag(object);
      add(id);
      id.value = *git_tag_target_id(reinterpret_cast<const git_tag*>(object));
    }
    std::size_t size = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    if (git_odb_read_header(&size, &type, odb_.get(), &id.value) == 0 && type == GIT_OBJECT_COMMIT) return id;
    if (type == GIT_OBJECT_TREE) add_tree(id, base_tree_, {});
    if (type == GIT_OBJECT_BLOB) add(id);
    return {};
  }

  /// Level by level, so that each commit is first seen at its smallest depth.
  void find_commits_wanted() {
    const bool all = request_.depth <= 0;
    const bool whole_history = all && (!here_shallow_.empty() || !there_shallow_.empty());
    const int depth = all ? std::numeric_limits<int>::max() : request_.depth;
    boundary_ = here_shallow_;
    std::vector<ObjectId> level;
    for (const auto& want : request_.wants)
      if (const auto commit = commit_of(want)) level.push_back(*commit);
    IdSet seen;
    for (int at = 1; !level.empty(); at++) {
      std::vector<ObjectId> next;
      for (const auto& id : level) {
        if (!seen.insert(id).second) continue;
        const bool is_here = here_.contains(id);
        // A commit that is here in full has nothing new in its history.
        if (is_here && all && !whole_history) continue;
        auto commit = read_commit(id);
        if (at >= depth || there_shallow_.contains(id)) {
          boundary_.insert(id);
        } else {
          boundary_.erase(id);
          next.insert(next.end(), commit.parents.begin(), commit.parents.end());
        }
        if (!is_here) chosen_.push_back(std::move(commit));
      }
      level = std::move(next);
    }
  }

  void add(const ObjectId& id) {
    if (added_.insert(id).second) objects_.push_back(id);
  }

  bool passes(const ObjectId& blob) const {
    if (!filter_.max_blob_bytes) return true;
    if (*filter_.max_blob_bytes == 0) return false;
    std::size_t size = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    return git_odb_read_header(&size, &type, odb_.get(), &blob.value) != 0 || size < *filter_.max_blob_bytes;
  }

  void add_commit(const CommitFacts& commit) {
    add(commit.id);
    trees_of_chosen_.emplace(commit.id, commit.tree);
    auto base = base_tree_;
    for (const auto& parent : commit.parents) {
      const auto chosen = trees_of_chosen_.find(parent);
      if (chosen == trees_of_chosen_.end() && !here_.contains(parent)) continue;
      base = chosen != trees_of_chosen_.end() ? chosen->second : read_commit(parent).tree;
      break;
    }
    if (filter_.trees == ObjectFilter::Trees::sent) add_tree(commit.tree, base, {});
  }

  /// Adds what `tree` has and `base` lacks at the same path; the other side has or gets `base`.
  void add_tree(const ObjectId& tree, const std::optional<ObjectId>& base, const std::string& place) {
    if ((base && *base == tree) || added_.contains(tree)) return;
    cancel_.throw_if_cancelled();
    if (std::ranges::count(place, '/') > max_depth)
      throw Error(ErrorKind::data, "the folders of '" + path_ + "' are nested too deep");
    const TreeObject object(odb_.get(), tree, place);
    std::optional<TreeObject> before;
    if (base) before.emplace(odb_.get(), *base, place);
    add(tree);
    std::map<std::string_view, const TreeEntry*> names;
    if (before)
      for (const auto& entry : before->entries()) names.emplace(entry.name, &entry);
    for (const auto& entry : object.entries()) {
      const auto found = names.find(entry.name);
      const auto* old = found == names.end() ? nullptr : found->second;
      const auto type = entry.mode & mode_mask;
      if (type == mode_submodule || (old && old->id == entry.id)) continue;
      if (type != mode_tree) {
        if (passes(entry.id)) add(entry.id);
        continue;
      }
      const bool was_tree = old && (old->mode & mode_mask) == mode_tree;
      add_tree(entry.id, was_tree ? std::optional(old->id) : std::nullopt, place + std::string(entry.name) + "/");
    }
  }

  git_repository* repository_;
  OdbHandle odb_;
  const std::string& path_;
  const FetchRequest& request_;
  const CancelToken& cancel_;
  ObjectFilter filter_;
  IdSet here_shallow_;
  IdSet there_shallow_;
  IdSet here_;
  IdSet boundary_;
  std::vector<CommitFacts> chosen_;
  std::map<ObjectId, ObjectId> trees_of_chosen_;
  std::optional<ObjectId> base_tree_;
  std::vector<ObjectId> objects_;
  IdSet added_;
};

}  // namespace

Selection select_objects(git_repository* repository, const std::string& path, const FetchRequest& request,
                         const CancelToken& cancel) {
  return Selector(repository, path, request, cancel).select();
}

}  // namespace sidekick::git_sync
