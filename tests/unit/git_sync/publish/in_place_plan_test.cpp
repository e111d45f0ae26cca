#include "git_sync/publish/in_place_plan.hpp"

#include <catch2/catch_test_macros.hpp>

namespace {

using namespace sidekick::git_sync;
using Names = std::vector<std::string>;

ObjectId blob(char digit) {
  return ObjectId::parse(std::string(40, digit)).value();
}

FileStamp stamp(std::int64_t time, std::uint64_t inode = 1) {
  return {time, time, inode, 10};
}

RecordedFile recorded(char digit, std::int64_t time) {
  return {EntryKind::file, blob(digit), stamp(time)};
}

Seen file_seen(std::int64_t time) {
  return {Seen::What::file, EntryKind::file, stamp(time), {}};
}

Entry entry(const std::string& path, char digit) {
  return {path, EntryKind::file, blob(digit), 0};
}

/// What the planner is told, and how often it had to read a file.
struct Case {
  std::vector<Entry> wanted{};
  Record done{};
  Record begun{};
  std::map<std::string, Seen> disk{};
  bool same = false;
  int asked = 0;
  std::vector<Row> rows{};

  Plan plan(Trust trust = Trust::stamps) {
    rows = join_rows(wanted, done, begun);
    for (auto& row : rows)
      if (const auto found = disk.find(std::string(row.path)); found != disk.end()) row.seen = found->second;
    return make_plan(rows, trust, [this](const Entry&) {
      ++asked;
      return same;
    });
  }
};

Names paths(const std::vector<const Row*>& rows) {
  Names names;
  names.reserve(rows.size());
  for (const auto* row : rows) names.emplace_back(row->path);
  return names;
}

}  // namespace

TEST_CASE("a file that looks as it was recorded is not read") {
  Case c{.wanted = {entry("a", '1')}, .done = {{}, {}, {{"a", recorded('1', 5)}}}, .disk = {{"a", file_seen(5)}}};
  const auto plan = c.plan();
  CHECK(c.asked == 0);
  CHECK_FALSE(plan.changes_files());
  CHECK(plan.adopt.empty());
}

TEST_CASE("every file is read where bytes may depend on more than the blob") {
  Case c{.wanted = {entry("a", '1')},
         .done = {{}, {}, {{"a", recorded('1', 5)}}},
         .disk = {{"a", file_seen(5)}},
         .same = true};
  CHECK(paths(c.plan(Trust::bytes).adopt) == Names{"a"});
  CHECK(c.asked == 1);
  c.same = false;
  const auto plan = c.plan(Trust::bytes);
  CHECK(paths(plan.write) == Names{"a"});
  CHECK(plan.damaged.empty());
}

TEST_CASE("a file that git changed is written without a warning") {
  Case c{.wanted = {entry("a", '2')}, .done = {{}, {}, {{"a", recorded('1', 5)}}}, .disk = {{"a", file_seen(5)}}};
  const auto plan = c.plan();
  CHECK(c.asked == 0);
  CHECK(paths(plan.write) == Names{"a"});
  CHECK(plan.damaged.empty());
  CHECK(plan.in_the_way.empty());
}

TEST_CASE("a file that git and another hand changed is written with a warning") {
  Case c{.wanted = {entry("a", '2')}, .done = {{}, {}, {{"a", recorded('1', 5)}}}, .disk = {{"a", file_seen(6)}}};
  CHECK(c.plan().damaged == Names{"a"});
}

TEST_CASE("what was staged and renamed before a kill is ours and no damage") {
  Case c{.wanted = {entry("a", '2'), entry("new", '3')},
         .done = {{}, {}, {{"a", recorded('1', 5)}}},
         .begun = {{}, {}, {{"a", recorded('9', 7)}, {"dropped", recorded('9', 7)}, {"new", recorded('9', 7)}}},
         .disk = {{"a", file_seen(7)}, {"dropped", file_seen(7)}, {"new", file_seen(7)}}};
  const auto plan = c.plan();
  CHECK(paths(plan.write) == Names{"a", "new"});
  CHECK(plan.remove == Names{"dropped"});
  CHECK(plan.damaged.empty());
  CHECK(plan.in_the_way.empty());
}

TEST_CASE("a file that only looks pending is foreign") {
  Case c{.wanted = {entry("new", '3')},
         .begun = {{}, {}, {{"dropped", recorded('9', 7)}, {"new", recorded('9', 7)}}},
         .disk = {{"dropped", file_seen(8)}, {"new", file_seen(8)}}};
  const auto plan = c.plan();
  CHECK(plan.remove.empty());
  CHECK(plan.in_the_way == Names{"new"});
}

TEST_CASE("files go first where a folder or a file takes their place") {
  Case c{.wanted = {entry("a/x", '1'), entry("b", '1')},
         .done = {{}, {}, {{"a", recorded('1', 5)}, {"b/c/d", recorded('1', 5)}, {"z", recorded('1', 5)}}},
         .disk = {{"a", file_seen(5)},
                  {"a/x", {Seen::What::nothing, EntryKind::file, {}, "a"}},
                  {"b", {Seen::What::folder, EntryKind::file, {}, {}}},
                  {"b/c/d", file_seen(5)},
                  {"z", file_seen(5)}}};
  const auto plan = c.plan();
  CHECK(plan.clear == Names{"a", "b/c/d"});
  CHECK(plan.remove == Names{"z"});
  CHECK(plan.in_the_way.empty());
  CHECK(plan.leave_empty == Names{"b/c", "b"});
}

TEST_CASE("a folder is left after the folders in it") {
  Case c{.done = {{}, {}, {{"a/b/c/f", recorded('1', 5)}, {"a/b-c/f", recorded('1', 5)}, {"a/f", recorded('1', 5)}}}};
  CHECK(c.plan().leave_empty == Names{"a/b/c", "a/b-c", "a/b", "a"});
}

TEST_CASE("where case does not count a file under its old name is ours") {
  Case c{.wanted = {entry("readme", '2')},
         .done = {{}, {}, {{"README", recorded('1', 5)}}},
         .disk = {{"README", file_seen(5)}, {"readme", file_seen(5)}}};
  const auto plan = c.plan();
  CHECK(plan.in_the_way.empty());
  CHECK(paths(plan.write) == Names{"readme"});
}
