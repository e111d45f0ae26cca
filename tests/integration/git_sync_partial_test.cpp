// git-sync with --filter: the objects of a partial clone, and of its blobs those that are published.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <set>

#include "tests/integration/remote_support.hpp"
#include "tests/support/git_repository.hpp"
#include "tests/support/git_sync.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/tree_listing.hpp"

using namespace sidekick::test;
namespace fs = std::filesystem;

namespace {

/// A repository of two folders, one of them large, on a server.
struct Monorepo {
  Served served;
  TempDir folder;
  fs::path root = folder / "root";
  fs::path link = root / "current";
  fs::path patterns = folder / "patterns";

  explicit Monorepo(Way way) : served(way) {
    const auto& repository = served.repository();
    repository.git({"config", "uploadpack.allowFilter", "true"});
    repository.git({"config", "uploadpack.allowAnySHA1InWant", "true"});
    repository.write("small/a.txt", "a");
    repository.write("small/run.sh", "one\ntwo\n");
    repository.write(".gitattributes", "*.sh eol=crlf\n");
    for (int i = 0; i < 20; i++)
      repository.write("large/" + std::to_string(i), std::string(5'000, static_cast<char>('a' + i)));
    repository.commit();
    write_file(patterns, "/small/\n");
  }

  std::vector<std::string> flags(const std::string& filter, std::vector<std::string> more = {}) const {
    std::vector<std::string> all{"--repo=" + served.settings().url, "--root=" + root.string(), "--link=current",
                                 "--filter=" + filter};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  Finished once(const std::string& filter, std::vector<std::string> more = {}) const {
    more.emplace_back("--one-time");
    return git_sync(flags(filter, std::move(more)));
  }
  Finished once_sparse(const std::string& filter) const {
    return once(filter, {"--sparse-checkout-file=" + patterns.string()});
  }

  bool has(const std::string& object) const {
    return try_git(root / ".git", {"cat-file", "-e", served.repository().hash(object)}).exit_code == 0;
  }
  /// Objects of the type "blob" or "tree" in the store.
  std::set<std::string> stored(const std::string& type) const {
    std::set<std::string> out;
    auto rest =
        git(root / ".git", {"cat-file", "--batch-check=%(objecttype) %(objectname)", "--batch-all-objects"}) + '\n';
    while (!rest.empty()) {
      const auto line = rest.substr(0, rest.find('\n'));
      rest.erase(0, line.size() + 1);
      if (line.starts_with(type)) out.insert(line.substr(type.size() + 1));
    }
    return out;
  }
};

void succeed(const Finished& done) {
  INFO(done.describe());
  REQUIRE(done.exit_code == 0);
  CHECK(done.err.find("damaged") == std::string::npos);
}

}  // namespace

TEST_CASE("A filter with sparse patterns fetches and stores only the blobs that are published") {
  const auto way = GENERATE(Way::file, Way::git, Way::http, Way::http_v0);
  const std::string filter = GENERATE("blob:none", "tree:0", "blob:limit=1k");
  CAPTURE(name_of(way), filter);
  const Monorepo site(way);
  const auto& repository = site.served.repository();
  succeed(site.once_sparse(filter));
  CHECK(read_file(site.link / "small/a.txt") == "a");
  CHECK(read_file(site.link / "small/run.sh") == "one\r\ntwo\r\n");
  CHECK_FALSE(fs::exists(site.link / "large"));
  CHECK(site.stored("blob") == std::set{repository.hash("HEAD:small/a.txt"), repository.hash("HEAD:small/run.sh"),
                                        repository.hash("HEAD:.gitattributes")});
  CHECK(git(site.link, {"status", "--porcelain"}).empty());

  repository.write("large/3", "changed" + std::string(5'000, 'x'));
  const auto second = repository.commit_file("small/a.txt", "b");
  succeed(site.once_sparse(filter));
  CHECK(linked_commit(site.link) == second);
  CHECK(read_file(site.link / "small/a.txt") == "b");
  CHECK_FALSE(site.has("HEAD:large/3"));

  // More of the same commit, and all of it.
  write_file(site.patterns, "/small/\n/large/3\n");
  succeed(site.once_sparse(filter));
  CHECK(read_file(site.link / "large/3").starts_with("changed"));
  CHECK_FALSE(site.has("HEAD:large/4"));
  succeed(site.once(filter));
  CHECK(tree_listing(site.link).size() > 22);
  CHECK(site.has("HEAD:large/4"));
}

TEST_CASE("A filter without sparse patterns publishes the whole commit and leaves the history's blobs away") {
  const Monorepo site(Way::http);
  const auto& repository = site.served.repository();
  const auto old = repository.hash("HEAD:small/a.txt");
  repository.commit_file("small/a.txt", "b");
  succeed(site.once("blob:none", {"--depth=0"}));
  CHECK(read_file(site.link / "small/a.txt") == "b");
  CHECK(read_file(site.link / "large/19") == std::string(5'000, 't'));
  CHECK_FALSE(site.stored("blob").contains(old));
  CHECK(git(site.root / ".git", {"rev-list", "--count", "HEAD"}) == "2");
}

TEST_CASE("A server that cannot filter sends everything, with a warning") {
  const auto way = GENERATE(Way::git, Way::http_v0);
  CAPTURE(name_of(way));
  const Monorepo site(way);
  site.served.repository().git({"config", "uploadpack.allowFilter", "false"});
  const auto done = site.once_sparse("blob:none");
  succeed(done);
  CHECK(done.err.find("the server leaves nothing out: fetching every object") != std::string::npos);
  CHECK(read_file(site.link / "small/a.txt") == "a");
  CHECK(site.has("HEAD:large/4"));
}

TEST_CASE("Garbage collection of a partial store keeps what is published and drops the rest") {
  const Monorepo site(Way::git);
  const auto& repository = site.served.repository();
  const auto old = repository.hash("HEAD:small/a.txt");
  succeed(site.once_sparse("blob:none"));
  const auto second = repository.commit_file("small/a.txt", "b");
  const std::vector<std::string> flags{"--sparse-checkout-file=" + site.patterns.string(), "--git-gc=always"};
  succeed(site.once("blob:none", flags));
  CHECK_FALSE(site.stored("blob").contains(old));
  CHECK(site.has("HEAD:small/a.txt"));
  const auto again = site.once("blob:none", flags);
  succeed(again);
  CHECK(linked_commit(site.link) == second);
  CHECK(again.err.find("fetching") == std::string::npos);
}

TEST_CASE("A blob of a partial store that was damaged or removed is fetched anew") {
  const Monorepo site(Way::git);
  succeed(site.once_sparse("blob:none"));
  for (const auto& file : fs::directory_iterator(site.root / ".git/objects/pack")) fs::remove(file);
  fs::remove(site.link / "small/a.txt");
  const auto done = site.once_sparse("blob:none");
  INFO(done.describe());
  REQUIRE(done.exit_code == 0);
  CHECK(read_file(site.link / "small/a.txt") == "a");
  CHECK_FALSE(site.has("HEAD:large/4"));
}

TEST_CASE("In place only the blobs that are published are fetched") {
  const Monorepo site(Way::http);
  const auto www = site.folder / "www";
  fs::create_directory(www);
  succeed(git_sync({"--repo=" + site.served.settings().url, "--in-place=" + www.string(), "--filter=blob:none",
                    "--sparse-checkout-file=" + site.patterns.string(), "--one-time"}));
  CHECK(tree_listing(www).size() == 3);
  CHECK(try_git(www / ".sidekick/git", {"cat-file", "-e", site.served.repository().hash("HEAD:large/4")}).exit_code !=
        0);
}
