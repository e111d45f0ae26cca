#include "git_sync/publish/in_place_plan.hpp"

#include <algorithm>
#include <functional>
#include <set>

namespace sidekick::git_sync {

namespace {

bool looks_alike(const FileStamp& a, const FileStamp& b) noexcept {
  return a.mtime_ns == b.mtime_ns && a.size == b.size;
}

class Planner final {
 public:
  Planner(std::span<const Row> rows, Trust trust, const std::function<bool(const Entry&)>& same)
      : rows_(rows), trust_(trust), same_(same) {}

  Plan make() {
    for (const auto& row : rows_) {
      if (row.wanted)
        decide_wanted(row);
      else
        decide_unwanted(row);
    }
    // Deepest first: a folder sorts before its content.
    plan_.leave_empty.assign(left_.rbegin(), left_.rend());
    plan_.in_the_way.assign(in_the_way_.begin(), in_the_way_.end());
    return std::move(plan_);
  }

 private:
  const Row* row_of(std::string_view path) const {
    const auto at = std::ranges::lower_bound(rows_, path, {}, &Row::path);
    return at != rows_.end() && at->path == path ? &*at : nullptr;
  }

  void decide_wanted(const Row& row) {
    switch (row.seen.what) {
      case Seen::What::file:
        return decide_file(row);
      case Seen::What::folder:
        clear_folder(row);
        break;
      case Seen::What::other:
        displace(row);
        break;
      case Seen::What::nothing:
        if (!row.seen.blocker.empty()) unblock(row.seen.blocker);
        break;
    }
    if (row.recorded && row.recorded->blob == row.wanted->blob) plan_.damaged.emplace_back(row.path);
    plan_.write.push_back(&row);
  }

  void decide_file(const Row& row) {
    const auto& wanted = *row.wanted;
    const bool as_recorded = row.recorded && row.recorded->stamp == row.seen.stamp;
    const bool same_blob = row.recorded && row.recorded->blob == wanted.blob && row.recorded->kind == wanted.kind;
    if (as_recorded && same_blob && trust_ == Trust::stamps) return;
    // A file that is unchanged on disk but changed in git need not be read.
    const bool worth_asking = !as_recorded || same_blob;
    const bool same_shape = (row.seen.kind == EntryKind::symlink) == (wanted.kind == EntryKind::symlink);
    const bool same = worth_asking && same_shape && same_(wanted);
    if (same && row.seen.kind == wanted.kind) {
      plan_.adopt.push_back(&row);
      return;
    }
    if (!row.ours()) {
      // The bytes are right and only the mode differs.
      if (!same && !known_by_another_name(row)) in_the_way_.emplace(row.path);
    } else if (row.recorded && !row.is_pending() && !as_recorded && (same_blob || !touched_only(row))) {
      plan_.damaged.emplace_back(row.path);
    }
    plan_.write.push_back(&row);
  }

  static bool touched_only(const Row& row) { return looks_alike(row.recorded->stamp, row.seen.stamp); }

  /// On a filesystem that ignores case, a file of ours is found under each spelling of its name.
  bool known_by_another_name(const Row& row) const {
    return std::ranges::any_of(rows_, [&](const Row& other) {
      return other.recorded && other.recorded->stamp == row.seen.stamp && other.path.size() == row.path.size();
    });
  }

  void displace(const Row& row) {
    if (!row.recorded) in_the_way_.emplace(row.path);
  }

  void unblock(const std::string& blocker) {
    const auto* row = row_of(blocker);
    // Files of ours are handled by their own row.
    if (row && row->goes()) return;
    if (in_the_way_.insert(blocker).second) plan_.clear.push_back(blocker);
  }

  void clear_folder(const Row& row) {
    for (const auto& file : row.content.files) {
      const auto* inside = row_of(file);
      if (inside && inside->goes()) continue;
      in_the_way_.insert(file);
      plan_.clear.push_back(file);
    }
    for (const auto& folder : row.content.folders) plan_.clear_folders.push_back(folder);
  }

  void decide_unwanted(const Row& row) {
    for (auto slash = row.path.rfind('/'); slash != row.path.npos; slash = row.path.rfind('/', slash - 1)) {
      // Everything above was recorded with it.
      if (!left_.emplace(row.path.substr(0, slash)).second || slash == 0) break;
    }
    if (!row.goes()) return;
    (makes_room(row) ? plan_.clear : plan_.remove).emplace_back(row.path);
  }

  /// True when something wanted is below the path of this file, or replaces a folder above it.
  bool makes_room(const Row& row) const {
    const auto below = std::string(row.path) + '/';
    const auto next = std::ranges::lower_bound(rows_, std::string_view(below), {}, &Row::path);
    for (auto it = next; it != rows_.end() && it->path.starts_with(below); ++it)
      if (it->wanted) return true;
    for (auto slash = row.path.rfind('/'); slash != row.path.npos && slash > 0;
         slash = row.path.rfind('/', slash - 1)) {
      const auto* above = row_of(row.path.substr(0, slash));
      if (above && above->wanted) return true;
    }
    return false;
  }

  std::span<const Row> rows_;
  Trust trust_;
  const std::function<bool(const Entry&)>& same_;
  Plan plan_;
  std::set<std::string, std::less<>> left_;
  std::set<std::string, std::less<>> in_the_way_;
};

/// Keeps the foreign files sorted and unique.
void add_file_in_the_way(Plan& plan, const std::string& path) {
  const auto at = std::ranges::lower_bound(plan.in_the_way, path);
  if (at != plan.in_the_way.end() && *at == path) return;
  plan.in_the_way.insert(at, path);
  plan.clear.push_back(path);
}

}  // namespace

bool Row::is_pending() const noexcept {
  return pending && seen.what == Seen::What::file && looks_alike(pending->stamp, seen.stamp);
}

bool Row::ours() const noexcept {
  return recorded || is_pending();
}

bool Row::goes() const noexcept {
  return !wanted && seen.what == Seen::What::file && ours();
}

std::vector<Row> join_rows(std::span<const Entry> wanted, const Record& recorded, const Record& pending) {
  std::vector<Row> rows;
  rows.reserve(wanted.size() + 16);
  auto entry = wanted.begin();
  auto done = recorded.files.begin();
  auto begun = pending.files.begin();
  for (;;) {
    std::optional<std::string_view> first;
    const auto consider = [&first](std::string_view path) {
      if (!first || path < *first) first = path;
    };
    if (entry != wanted.end()) consider(entry->path);
    if (done != recorded.files.end()) consider(done->first);
    if (begun != pending.files.end()) consider(begun->first);
    if (!first) return rows;
    Row row{.path = *first, .seen = {}, .content = {}};
    if (entry != wanted.end() && entry->path == *first) row.wanted = &*entry++;
    if (done != recorded.files.end() && done->first == *first) row.recorded = &(done++)->second;
    if (begun != pending.files.end() && begun->first == *first) row.pending = &(begun++)->second;
    rows.push_back(std::move(row));
  }
}

void plan_empty_folders(Plan& plan, std::span<const Row> rows, std::span<const std::string> before,
                        std::span<const std::string> wanted, Surveyor& surveyor) {
  for (const auto& folder : wanted) {
    const auto seen = surveyor.look(folder);
    if (seen.what == Seen::What::folder) continue;
    plan.make_folders.push_back(folder);
    const auto& obstacle = seen.what == Seen::What::nothing ? seen.blocker : folder;
    if (obstacle.empty()) continue;
    const auto row = std::ranges::lower_bound(rows, std::string_view(obstacle), {}, &Row::path);
    // Files of ours are handled by their own row.
    if (row == rows.end() || row->path != obstacle || !row->goes()) add_file_in_the_way(plan, obstacle);
  }
  std::set<std::string, std::greater<>> left(plan.leave_empty.begin(), plan.leave_empty.end());
  for (std::string folder : before)
    if (!std::ranges::binary_search(wanted, folder))
      for (; !folder.empty(); folder.resize(folder.find('/') == folder.npos ? 0 : folder.rfind('/')))
        left.insert(folder);
  for (const auto& folder : wanted) left.erase(folder);
  plan.leave_empty.assign(left.begin(), left.end());
}

Plan make_plan(std::span<const Row> rows, Trust trust, const std::function<bool(const Entry&)>& same) {
  return Planner(rows, trust, same).make();
}

}  // namespace sidekick::git_sync
