#include "git_sync/store/walk.hpp"

#include <algorithm>
#include <deque>
#include <string_view>

#include "git_sync/store/tree_reader.hpp"

namespace sidekick::git_sync {

namespace {

constexpr std::ptrdiff_t max_depth = 2048;

/// Thrown inside a walk over trees to leave it at once.
struct Found {
  Missing missing;
};

/// Publishing depends on the bytes of these files, not only on their presence.
bool is_read_first(std::string_view path) {
  const auto name = path.substr(path.rfind('/') + 1);  // npos + 1 is 0
  return name == ".gitattributes" || path == ".gitmodules";
}

ObjectIdSet set_of(const std::vector<ObjectId>& ids) {
  return {ids.begin(), ids.end()};
}

}  // namespace

void walk_history(git_odb* odb, const std::vector<ObjectId>& tips, const ObjectIdSet& boundary,
                  const CancelToken& cancel, const std::function<AfterVisit(const HistoryStep&)>& visit) {
  ObjectIdSet seen;
  std::deque<std::pair<ObjectId, int>> due;
  const auto add = [&](const ObjectId& id, int depth) {
    if (seen.insert(id).second) due.emplace_back(id, depth);
  };
  for (const auto& tip : tips) add(tip, 0);
  while (!due.empty()) {
    cancel.throw_if_cancelled();
    const auto [id, depth] = due.front();
    due.pop_front();
    const HistoryStep step{id, read_commit(odb, id), depth};
    if (visit(step) == AfterVisit::stop) return;
    if (boundary.contains(id)) continue;
    for (const auto& parent : step.links.parents) add(parent, depth + 1);
  }
}

void TreeWalk::run(const ObjectId& tree, const std::string& path) {
  const auto steps = std::ranges::count(path, '/');
  // Deeper trees are never published: they are an attack on the stack.
  if (steps > max_depth) return;
  if (!seen_.insert(tree).second) return;
  cancel_.throw_if_cancelled();
  visit_(tree, GIT_OBJECT_TREE, path);
  const TreeObject object(odb_, tree, path);
  for (const auto& entry : object.entries()) {
    const auto kind = entry.mode & mode_mask;
    if (kind == mode_submodule) continue;
    auto below = path.empty() ? std::string(entry.name) : path + '/' + std::string(entry.name);
    if (kind == mode_tree)
      run(entry.id, below);
    else if (seen_.insert(entry.id).second)
      visit_(entry.id, GIT_OBJECT_BLOB, below);
  }
}

std::optional<Missing> first_missing(git_odb* odb, const ObjectId& commit, const std::vector<ObjectId>& shallow,
                                     const CancelToken& cancel, Extent extent) {
  ObjectId at = commit;
  std::string path;
  try {
    ObjectId tree;
    walk_history(odb, {commit}, set_of(shallow), cancel, [&](const HistoryStep& step) {
      if (step.commit == commit) tree = step.links.tree;
      return AfterVisit::go_on;
    });
    TreeWalk walk(odb, cancel, [&](const ObjectId& id, git_object_t type, const std::string& where) {
      if (type == GIT_OBJECT_BLOB && git_odb_exists(odb, &id.value) == 0) {
        if (extent == Extent::trees) return;
        throw Found{{id, where}};
      }
      at = id;
      path = where;
      if (type == GIT_OBJECT_BLOB && is_read_first(where)) (void)read_object(odb, id, GIT_OBJECT_BLOB, "file");
    });
    walk.run(tree);
    return {};
  } catch (const Found& found) {
    return found.missing;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::data) throw;
    return Missing{at, path};
  }
}

bool has_depth(git_odb* odb, const ObjectId& commit, int depth, const std::vector<ObjectId>& shallow,
               const CancelToken& cancel) {
  const auto boundary = set_of(shallow);
  bool as_asked = true;
  walk_history(odb, {commit}, boundary, cancel, [&](const HistoryStep& step) {
    if (depth > 0 && step.depth >= depth) return AfterVisit::stop;
    const bool last = depth > 0 && step.depth == depth - 1;
    const bool cut = boundary.contains(step.commit);
    as_asked = last ? cut || step.links.parents.empty() : !cut;
    return as_asked ? AfterVisit::go_on : AfterVisit::stop;
  });
  return as_asked;
}

}  // namespace sidekick::git_sync
