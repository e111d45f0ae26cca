#include "git_sync/publish/sparse.hpp"

#include <catch2/catch_test_macros.hpp>

#include <random>
#include <set>

#include "git_sync/publish/entry.hpp"
#include "tests/unit/git_sync/sample.hpp"
#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::git_sync;
namespace fs = std::filesystem;

namespace {

using Reach = SparsePatterns::Reach;

int below(std::mt19937& random, int n) {
  return std::uniform_int_distribution(0, n - 1)(random);
}

const std::vector<std::string> names{"a", "b", "ab", "c d", ".x", "a.txt", "b.log", "A", "[x]", "deep"};

/// Files, links and submodules at random paths.
void fill(const test::GitRepository& repository, std::mt19937& random) {
  for (int i = 0; i < 60; i++) {
    std::string path;
    for (int steps = 1 + below(random, 4); steps > 0; steps--)
      path += names[static_cast<std::size_t>(below(random, static_cast<int>(names.size())))] + (steps > 1 ? "/" : "");
    if (fs::exists(fs::symlink_status(repository.path() / path))) continue;
    std::error_code blocked;
    fs::create_directories((repository.path() / path).parent_path(), blocked);
    if (blocked) continue;
    if (below(random, 8) == 0)
      fs::create_symlink("nowhere", repository.path() / path, blocked);
    else
      test::write_file(repository.path() / path, "x");
  }
  repository.git({"add", "--all"});
  repository.git({"update-index", "--add", "--cacheinfo", "160000," + std::string(40, '1') + ",modules/one"});
  repository.git({"commit", "--quiet", "--message", "a tree"});
}

std::string random_step(std::mt19937& random) {
  static const std::vector<std::string> wild{"*", "**", "a*", "*.log", "?", "[ab]", "[!a]", "*b", "modules", "\\[x\\]"};
  const auto& from = below(random, 2) == 0 ? names : wild;
  return from[static_cast<std::size_t>(below(random, static_cast<int>(from.size())))];
}

std::string random_patterns(std::mt19937& random) {
  std::string lines = below(random, 3) == 0 ? "/*\n!/*/\n" : "";
  for (int n = 1 + below(random, 5); n > 0; n--) {
    if (below(random, 3) == 0) lines += '!';
    if (below(random, 2) == 0) lines += '/';
    for (int steps = 1 + below(random, 3); steps > 0; steps--) lines += random_step(random) + (steps > 1 ? "/" : "");
    if (below(random, 3) == 0) lines += '/';
    lines += '\n';
  }
  return lines;
}

/// What git writes into its work tree, by its own index: "H" stands for a file that is there.
std::set<std::string> taken_by_git(const test::GitRepository& repository, const std::string& patterns) {
  test::write_file(repository.path() / ".git/info/sparse-checkout", patterns);
  repository.git({"read-tree", "-m", "-u", "HEAD"});
  std::set<std::string> out;
  std::string_view rest;
  const auto listing = repository.git({"ls-files", "-t", "-s", "-z"});
  for (rest = listing; !rest.empty();) {
    const auto line = rest.substr(0, rest.find('\0'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const bool is_file = line.substr(2, 6) != "160000";
    if (line[0] == 'H' && is_file) out.emplace(line.substr(line.find('\t') + 1));
  }
  return out;
}

std::set<std::string> taken_by_us(const Snapshot& snapshot, const std::string& patterns) {
  auto sparse = snapshot;
  sparse.sparse = std::make_shared<const SparsePatterns>(patterns);
  std::set<std::string> out;
  for (const auto& entry : list_entries(sparse, {})) out.insert(entry.path);
  return out;
}

void compare_with_git(unsigned seed, int rounds) {
  std::mt19937 random(seed);  // NOLINT(*-msc51-cpp): the same patterns each time
  const test::GitRepository repository;
  fill(repository, random);
  const auto store = Store::open_or_create(repository.path() / ".git", LinkedTarget::Access::owner_writes);
  const auto snapshot = test::snapshot_of(store, test::id_of(repository.hash()));
  repository.git({"config", "core.sparseCheckout", "true"});
  for (int round = 0; round < rounds; round++) {
    const auto patterns = random_patterns(random);
    CAPTURE(seed, round, patterns);
    REQUIRE(taken_by_us(snapshot, patterns) == taken_by_git(repository, patterns));
  }
}

}  // namespace

TEST_CASE("sparse patterns take what git checks out by them", "[git_sync][sparse]") {
  for (unsigned seed = 1; seed <= 4; seed++) compare_with_git(seed, 50);
}

TEST_CASE("a file that git wrote in cone mode selects what git selects by it", "[git_sync][sparse]") {
  const test::GitRepository repository;
  for (const auto* const file : {"top", "a/one", "a/b/two", "a/c/three", "d/four", "d/e/five"})
    repository.write(file, "x");
  repository.commit();
  const auto store = Store::open_or_create(repository.path() / ".git", LinkedTarget::Access::owner_writes);
  const auto snapshot = test::snapshot_of(store, test::id_of(repository.hash()));
  for (const std::vector<std::string>& folders : {std::vector<std::string>{"a/b"}, {"d"}, {"a/c", "d/e"}, {}}) {
    auto words = folders;
    words.insert(words.begin(), {"sparse-checkout", "set", "--cone"});
    repository.git(words);
    const auto patterns = test::read_file(repository.path() / ".git/info/sparse-checkout");
    CAPTURE(patterns);
    CHECK(taken_by_us(snapshot, patterns) == taken_by_git(repository, patterns));
  }
}

TEST_CASE("what no pattern matches goes with its folder", "[git_sync][sparse]") {
  const SparsePatterns patterns("\xef\xbb\xbf/a/\n!/a/b/\n/a/b/c\n");
  CHECK(patterns.reach_of_folder("") == Reach::left_out);
  CHECK(patterns.reach_of_folder("a") == Reach::published);
  CHECK(patterns.reach_of_folder("a/x/y") == Reach::published);
  CHECK(patterns.reach_of_folder("a/b/x") == Reach::left_out);
  CHECK(patterns.reach_of_folder("a/b/c/x") == Reach::published);
}

TEST_CASE("a missing file of sparse patterns is named", "[git_sync][sparse]") {
  const auto error = test::error_of([] { SparsePatterns::read("/nonexistent/patterns"); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::no_input);
  CHECK(test::mentions(*error, "cannot read the sparse checkout file '/nonexistent/patterns'"));
  const test::TempDir folder;
  CHECK(test::error_of([&] { SparsePatterns::read(folder.path()); }));
}
