#include "sidekick/path_patterns.hpp"

#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "backup/dir_source.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/backup/surroundings.hpp"
#include "tests/unit/support/errors.hpp"
#include "tests/unit/support/sinks.hpp"

using namespace sidekick;
using namespace sidekick::backup;
using namespace sidekick::test;

namespace fs = std::filesystem;

namespace {

const std::vector<std::string> file_names{"a.log", "b.txt", "A", "c d", "[x]", "a*", "x\\y", "\xc3\xa4", "-n", "a-b"};
const std::vector<std::string> folder_names{"a", "b", "ab", ".x"};

void make_tree(const fs::path& at, int depth) {
  for (const auto& name : file_names) write_file(at / name, "");
  if (depth == 0) return;
  for (const auto& name : folder_names) {
    fs::create_directory(at / name);
    make_tree(at / name, depth - 1);
  }
}

/// All paths below `root` that are not left out, asked for as the writer of the tree does.
void add_kept(const fs::path& root, const fs::path& below, const PathPatterns& excludes, std::set<std::string>& into) {
  for (const auto& entry : fs::directory_iterator(root / below)) {
    const auto path = below / entry.path().filename();
    const auto kind = entry.is_directory() ? PathPatterns::Kind::folder : PathPatterns::Kind::other;
    if (path == ".git" || excludes.last_match(path.string(), kind).value_or(false)) continue;
    into.insert(path.string());
    if (entry.is_directory()) add_kept(root, path, excludes, into);
  }
}

/// The same by git: the paths of `all` (each with a NUL behind it) that check-ignore does not name.
std::set<std::string> kept_by_git(const fs::path& root, const std::set<std::string>& all, const fs::path& list) {
  const auto finished =
      run({.words = {"git", "-c", "core.excludesFile=/dev/null", "check-ignore", "--no-index", "-z", "--stdin"},
           .input = list,
           .folder = root},
          60s);
  INFO(finished.describe());
  REQUIRE((finished.exit_code == 0 || finished.exit_code == 1));
  auto out = all;
  for (std::string_view rest = finished.out; !rest.empty();) {
    const auto path = rest.substr(0, rest.find('\0'));
    out.erase(std::string(path));
    rest.remove_prefix(path.size() + 1);
  }
  return out;
}

template <class Random>
std::string random_pattern(Random& random) {
  // Two stars beside other characters are not among them: what git does with these depends on its version.
  static const std::vector<std::string> steps{
      "a",           "b",      "ab",     "*",   "**",    "a*",  "*.log",  "?",     "a?b",    "[ab]", "[!a]",
      "*b",          "a.log",  ".x",     ".*",  "b.txt", "\\*", "[a-b]*", "[^.]*", "*.*",    "A",    "\\[x\\]",
      "[[:upper:]]", "x\\\\y", "[]x[]*", "?\?", "a[*]",  "*?",  "c ?",    "[a",    "[*-.]n", "*-*b"};
  const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  std::string out = below(4) == 0 ? "/" : "";
  for (auto n = 1 + below(2) * below(3); n > 0; n--) out += steps[below(steps.size())] + (n > 1 ? "/" : "");
  if (below(4) == 0) out += "/";
  return (below(3) == 0 ? "!" : "") + out;
}

std::vector<std::string> names_in_tar(const fs::path& folder, const PathPatterns& excludes,
                                      EmptySource empty = EmptySource::refused) {
  Surroundings around;
  MemorySink out;
  const auto summary = DirSource(folder, empty, excludes).write_to(out, around.context);
  write_file(folder.string() + ".tar", std::string(out.bytes.begin(), out.bytes.end()));
  const auto listed = run({.words = {"tar", "-tf", folder.string() + ".tar"}}, 60s).out;
  std::vector<std::string> names;
  for (std::string_view rest = listed; !rest.empty(); rest.remove_prefix(rest.find('\n') + 1))
    names.emplace_back(rest.substr(0, rest.find('\n')));
  CHECK(summary.consistent);
  return names;
}

}  // namespace

TEST_CASE("patterns match what git ignores") {
  const TempDir folder;
  const auto root = folder / "tree";
  fs::create_directory(root);
  make_tree(root, 3);
  std::set<std::string> all;
  add_kept(root, "", PathPatterns(), all);
  std::string list;
  for (const auto& path : all) list += path + '\0';
  write_file(folder / "list", list);
  REQUIRE(run({.words = {"git", "init", "-q", root.string()}}, 60s).exit_code == 0);
  std::mt19937 random(1);  // NOLINT(*-msc51-cpp): the same patterns each time
  for (int round = 0; round < 300; round++) {
    std::string lines;
    for (auto n = 1 + random() % 4; n > 0; n--) lines += random_pattern(random) + "\n";
    CAPTURE(round, lines);
    write_file(root / ".git/info/exclude", lines);
    std::set<std::string> kept;
    add_kept(root, "", PathPatterns(lines), kept);
    REQUIRE(kept == kept_by_git(root, all, folder / "list"));
  }
}

TEST_CASE("lines of patterns are read as git reads them") {
  const auto leaves_out = [](const std::string& lines, const std::string& path) {
    return PathPatterns(lines).last_match(path, PathPatterns::Kind::other).value_or(false);
  };
  CHECK(PathPatterns("\n# a comment\n  \n/\n").empty());
  CHECK(leaves_out("\\#a\n", "#a"));
  CHECK(leaves_out("\\!a", "!a"));
  CHECK(leaves_out("a  \r\n", "a"));
  CHECK(leaves_out("a\\ ", "a "));
  CHECK_FALSE(leaves_out("a/", "a"));
  CHECK(leaves_out("a**b", "a-b"));
  CHECK_FALSE(leaves_out("a**b/c", "a/b/c"));
  CHECK_FALSE(leaves_out("a\\", "a"));
  CHECK(leaves_out("*.log\n!b.log\n", "x/a.log"));
  CHECK_FALSE(leaves_out("*.log\n!b.log\n", "x/b.log"));
}

TEST_CASE("many stars take no time") {
  std::string stars;
  for (int i = 0; i < 60; i++) stars += "*a";
  CHECK_FALSE(matches_wildcards(stars + "b", std::string(200, 'a')));
  CHECK(matches_wildcards(stars, std::string(200, 'a')));
}

TEST_CASE("a folder is backed up without what is excluded") {
  const TempDir folder;
  const auto root = folder / "tree";
  fs::create_directories(root / "cache/deep");
  fs::create_directories(root / "sub/cache");
  for (const auto* name : {"cache/deep/x", "sub/cache/y", "sub/a.log", "sub/keep.log", "b"})
    write_file(root / name, "");
  CHECK(names_in_tar(root, PathPatterns("/cache/\n*.log\n!keep.log\n!cache/deep/x\n")) ==
        std::vector<std::string>{"./", "./b", "./sub/", "./sub/cache/", "./sub/cache/y", "./sub/keep.log"});
  CHECK(names_in_tar(root, PathPatterns("*\n!b")) == std::vector<std::string>{"./", "./b"});
  const auto nothing = error_of([&] { names_in_tar(root, PathPatterns("*")); });
  REQUIRE(nothing);
  CHECK(nothing->kind() == ErrorKind::no_input);
  CHECK(mentions(*nothing, "--exclude"));
}
