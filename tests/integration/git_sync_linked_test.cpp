// git-sync as a drop-in for kubernetes/git-sync: a link to one worktree for each commit.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <random>

#include "tests/support/eventually.hpp"
#include "tests/support/git_repository.hpp"
#include "tests/support/git_sync_site.hpp"
#include "tests/support/tcp_server.hpp"
#include "tests/support/temp_dir.hpp"

using namespace sidekick::test;
namespace fs = std::filesystem;

namespace {

/// Runs a command with that file mode creation mask.
Command under_mask(const std::string& mask, Command command) {
  const std::vector<std::string> shell{"sh", "-c", "umask " + mask + "; exec \"$@\"", "sh"};
  command.words.insert(command.words.begin(), shell.begin(), shell.end());
  return command;
}

/// "mode path" of all below a folder, by path. Names that tell of a commit or a pack differ between two repositories
/// only where their content does.
std::string modes_below(const fs::path& folder) {
  std::vector<std::string> lines;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    struct stat status{};
    REQUIRE(::lstat(entry.path().c_str(), &status) == 0);
    if (!S_ISLNK(status.st_mode))
      lines.push_back(fs::relative(entry.path(), folder).string() + " " + std::to_string(status.st_mode & 07777));
  }
  std::ranges::sort(lines);
  std::string out;
  for (const auto& line : lines) out += line + '\n';
  return out;
}

}  // namespace

TEST_CASE("One run publishes the commit as a worktree that git itself finds clean") {
  const Site site;
  const auto commit = site.repository.commit_file("index.html", "one");
  const auto done = site.once();
  INFO(done.describe());
  REQUIRE(done.exit_code == 0);
  CHECK(site.content("index.html") == "one");
  CHECK(fs::read_symlink(site.link) == fs::path(".worktrees") / commit);
  const auto worktree = site.root / ".worktrees" / commit;
  CHECK(git(worktree, {"status", "--porcelain"}).empty());
  CHECK(git(worktree, {"log", "--format=%H"}) == commit);
  CHECK(git(worktree, {"rev-parse", "HEAD"}) == commit);
  CHECK(try_git(worktree, {"fsck", "--no-progress"}).exit_code == 0);
}

TEST_CASE("Without a name the link is called as the repository") {
  const Site site;
  const auto commit = site.repository.commit_file("index.html", "one");
  const auto done =
      git_sync({"--repo=" + file_url(site.repository.path()), "--root=" + site.root.string(), "--one-time"});
  INFO(done.describe());
  REQUIRE(done.exit_code == 0);
  CHECK(linked_commit(site.root / site.repository.path().filename()) == commit);
}

TEST_CASE("A history of depth one is all that is downloaded unless more is asked for") {
  const Site site;
  for (const auto* text : {"one", "two", "three"}) site.repository.commit_file("index.html", text);
  REQUIRE(site.once().exit_code == 0);
  CHECK(git(site.link, {"rev-list", "--count", "HEAD"}) == "1");
  REQUIRE(site.once({"--depth=2"}).exit_code == 0);
  CHECK(git(site.link, {"rev-list", "--count", "HEAD"}) == "2");
  REQUIRE(site.once({"--depth=0"}).exit_code == 0);
  CHECK(git(site.link, {"rev-list", "--count", "HEAD"}) == "3");
  CHECK_FALSE(fs::exists(site.root / ".git/shallow"));
  REQUIRE(site.once({"--depth=1"}).exit_code == 0);
  CHECK(try_git(site.link, {"fsck", "--no-progress"}).exit_code == 0);
}

TEST_CASE("A remote that is shallow itself gives as much history as it has") {
  const Site site;
  site.repository.commit_file("index.html", "one");
  const auto commit = site.repository.commit_file("index.html", "two");
  const auto mirror = site.home / "mirror";
  git(site.home.path(), {"clone", "--quiet", "--bare", "--depth=1", file_url(site.repository.path()), mirror});
  for (const auto* const depth : {"--depth=0", "--depth=3"}) {
    fs::remove_all(site.root);
    const auto done =
        git_sync({"--repo=" + file_url(mirror), "--root=" + site.root.string(), "--link=current", depth, "--one-time"});
    INFO(done.describe());
    CHECK(done.exit_code == 0);
    CHECK(done.err.find("damaged") == std::string::npos);
    CHECK(linked_commit(site.link) == commit);
    CHECK(git(site.link, {"rev-list", "--count", "HEAD"}) == "1");
  }
}

TEST_CASE("Branches and tags and hashes can be followed") {
  const Site site;
  const auto first = site.repository.commit_file("index.html", "one");
  site.repository.annotated_tag("v1");
  site.repository.tag("light");
  site.repository.branch("stable");
  const auto second = site.repository.commit_file("index.html", "two");
  const auto at = [&](const std::string& ref) {
    const auto done = site.once({"--ref=" + ref});
    INFO(done.describe());
    CHECK(done.exit_code == 0);
    return linked_commit(site.link);
  };
  CHECK(at("HEAD") == second);
  CHECK(at("v1") == first);
  CHECK(at("main") == second);
  CHECK(at("light") == first);
  CHECK(at("refs/heads/main") == second);
  CHECK(at("stable") == first);
  CHECK(at(second) == second);
  CHECK(at(first) == first);
}

TEST_CASE("A short hash is found among the tips and in the history") {
  const Site site;
  const auto first = site.repository.commit_file("index.html", "one");
  site.repository.commit_file("index.html", "two");
  const auto third = site.repository.commit_file("index.html", "three");
  REQUIRE(site.once({"--ref=" + third.substr(0, 10)}).exit_code == 0);
  CHECK(linked_commit(site.link) == third);
  REQUIRE(site.once({"--ref=" + first.substr(0, 10)}).exit_code == 0);
  CHECK(linked_commit(site.link) == first);
}

TEST_CASE("A new commit is published while it runs and the old worktree goes") {
  const Site site;
  const auto first = site.repository.commit_file("index.html", "one");
  Child child(git_sync_command(site.linked({"--period=50ms"})));
  REQUIRE(eventually(20s, [&] { return linked_commit(site.link) == first; }));
  const auto second = site.repository.commit_file("index.html", "two");
  REQUIRE(eventually(20s, [&] { return linked_commit(site.link) == second; }));
  CHECK(site.content("index.html") == "two");
  CHECK(eventually(10s, [&] { return !fs::exists(site.root / ".worktrees" / first); }));
  CHECK(eventually(10s, [&] { return !fs::exists(site.root / ".git/worktrees" / first); }));
  child.signal(SIGTERM);
  const auto done = child.wait(10s);
  INFO(done.describe());
  CHECK(done.exit_code == 128 + SIGTERM);
}

TEST_CASE("A history that was pushed by force is followed") {
  const Site site;
  site.repository.commit_file("index.html", "one");
  REQUIRE(site.once().exit_code == 0);
  site.repository.git({"checkout", "--quiet", "--orphan", "other"});
  site.repository.git({"branch", "-D", "main"});
  site.repository.git({"checkout", "--quiet", "-b", "main"});
  const auto commit = site.repository.commit_file("index.html", "quite another");
  REQUIRE(site.once().exit_code == 0);
  CHECK(linked_commit(site.link) == commit);
  CHECK(site.content("index.html") == "quite another");
}

TEST_CASE("A failed sync leaves the last good tree and ends with 1") {
  const Site site;
  const auto commit = site.repository.commit_file("index.html", "one");
  REQUIRE(site.once().exit_code == 0);
  const auto failed = site.once({"--ref=nowhere", "--error-file=error.json"});
  INFO(failed.describe());
  CHECK(failed.exit_code == 1);
  CHECK(failed.err.find("couldn't find remote ref") != std::string::npos);
  CHECK(linked_commit(site.link) == commit);
  CHECK(site.content("index.html") == "one");
  const auto report = read_file(site.root / "error.json");
  CHECK(report.find("couldn't find remote ref") != std::string::npos);
  CHECK(report.find("\"Msg\"") != std::string::npos);
  REQUIRE(site.once({"--error-file=error.json"}).exit_code == 0);
  CHECK_FALSE(fs::exists(site.root / "error.json"));
}

TEST_CASE("A sync that is not done in time is a failure that is told as others are") {
  const Site site;
  const TcpServer silent([](TcpPeer& peer) { peer.wait_for_end(); });
  const auto failed = git_sync({"--repo=" + silent.url("/site.git"), "--root=" + site.root.string(), "--link=current",
                                "--one-time", "--sync-timeout=100ms", "--error-file=error.json"});
  INFO(failed.describe());
  CHECK(failed.exit_code == 1);
  CHECK(failed.err.find("cannot sync '" + site.root.string() + "' with '" + silent.url("/site.git") + "'") !=
        std::string::npos);
  CHECK(failed.err.find("--sync-timeout") != std::string::npos);
  CHECK(read_file(site.root / "error.json").find("did not finish in time") != std::string::npos);
}

TEST_CASE("So many failures in a row as allowed end it and not one fewer") {
  const Site site;
  const auto failed = git_sync(site.linked({"--ref=nowhere", "--max-failures=3", "--period=20ms"}));
  INFO(failed.describe());
  CHECK(failed.exit_code == 1);
  std::size_t count = 0;
  for (auto at = failed.err.find("\"error\""); at != std::string::npos; at = failed.err.find("\"error\"", at + 1))
    count++;
  CHECK(count >= 3);
}

TEST_CASE("A file that was edited or removed in the worktree is put right at the next start") {
  const Site site;
  site.repository.write("a", "a");
  site.repository.write("b/c", "c");
  site.repository.commit();
  REQUIRE(site.once().exit_code == 0);
  write_file(site.link / "a", "edited by hand");
  fs::remove(site.link / "b/c");
  const auto done = site.once();
  INFO(done.describe());
  CHECK(done.exit_code == 0);
  CHECK(site.content("a") == "a");
  CHECK(site.content("b/c") == "c");
  CHECK(done.err.find("repairing them") != std::string::npos);
}

TEST_CASE("A folder of the worktree that was closed to its readers is open again at the next start") {
  const Site site;
  site.repository.commit_file("pages/index.html", "one");
  REQUIRE(site.once().exit_code == 0);
  fs::permissions(site.link / "pages", fs::perms(0700));
  const auto done = site.once();
  INFO(done.describe());
  CHECK(done.exit_code == 0);
  CHECK(done.err.find("repairing them") != std::string::npos);
  CHECK(fs::status(site.link / "pages").permissions() == fs::perms(0755));
}

TEST_CASE("A lock that a killed git left behind does no harm") {
  const Site site;
  site.repository.commit_file("index.html", "one");
  REQUIRE(site.once().exit_code == 0);
  for (const auto* lock : {"index.lock", "shallow.lock", "HEAD.lock"}) write_file(site.root / ".git" / lock, "");
  const auto commit = site.repository.commit_file("index.html", "two");
  const auto done = site.once();
  INFO(done.describe());
  CHECK(done.exit_code == 0);
  CHECK(linked_commit(site.link) == commit);
}

TEST_CASE("A pack that was damaged on disk is fetched anew while the tree stays") {
  const Site site;
  site.repository.commit_file("index.html", std::string(100'000, 'x') + "one");
  REQUIRE(site.once().exit_code == 0);
  for (const auto& entry : fs::directory_iterator(site.root / ".git/objects/pack"))
    if (entry.path().extension() == ".pack") {
      fs::permissions(entry.path(), fs::perms::owner_all);
      fs::resize_file(entry.path(), fs::file_size(entry.path()) / 2);
    }
  const auto commit = site.repository.commit_file("new.html", "two");
  const auto done = site.once();
  INFO(done.describe());
  CHECK(done.exit_code == 0);
  CHECK(linked_commit(site.link) == commit);
  CHECK(try_git(site.link, {"fsck", "--no-progress"}).exit_code == 0);
}

TEST_CASE("Submodules are published with their own files") {
  const Site site;
  const GitRepository inner;
  inner.commit_file("deep.txt", "deep");
  const GitRepository theme;
  theme.git({"-c", "protocol.file.allow=always", "submodule", "--quiet", "add", file_url(inner.path()), "inner"});
  theme.commit_file("style.css", "red");
  site.repository.git(
      {"-c", "protocol.file.allow=always", "submodule", "--quiet", "add", file_url(theme.path()), "theme"});
  site.repository.commit_file("index.html", "one");
  const auto done = site.once();
  INFO(done.describe());
  REQUIRE(done.exit_code == 0);
  CHECK(site.content("theme/style.css") == "red");
  CHECK(site.content("theme/inner/deep.txt") == "deep");
  CHECK(git(site.link, {"status", "--porcelain"}).empty());
  REQUIRE(site.once({"--submodules=shallow"}).exit_code == 0);
  CHECK(site.content("theme/style.css") == "red");
  CHECK_FALSE(fs::exists(site.link / "theme/inner/deep.txt"));
  REQUIRE(site.once({"--submodules=off"}).exit_code == 0);
  CHECK_FALSE(fs::exists(site.link / "theme/style.css"));
}

TEST_CASE("The repository of a submodule that was damaged is fetched anew") {
  const Site site;
  const GitRepository theme;
  theme.commit_file("style.css", std::string(5000, 'r'));
  site.repository.git(
      {"-c", "protocol.file.allow=always", "submodule", "--quiet", "add", file_url(theme.path()), "theme"});
  site.repository.commit_file("index.html", "one");
  REQUIRE(site.once().exit_code == 0);
  const auto store = site.root / ".git/modules/theme";
  const auto check = [&](const std::string& how) {
    fs::remove(site.link / "theme/style.css");
    const auto done = site.once();
    INFO(how << ": " << done.describe());
    CHECK(done.exit_code == 0);
    CHECK(fs::exists(site.link / "theme/style.css"));
  };
  fs::remove(store / "HEAD");
  check("no HEAD");
  write_file(store / "config", "[garbage");
  check("a config of garbage");
  write_file(store / "shallow", "half");
  check("half a shallow file");
  fs::remove_all(store / "objects");
  check("no objects");
  fs::remove_all(store / "objects/pack");
  check("no packs");
  fs::remove(site.root / ".git/config");
  check("no config in the main repository");
  fs::remove_all(site.root / ".git/objects/pack");
  check("no packs in the main repository");
}

TEST_CASE("An object of a submodule that was damaged is fetched anew") {
  const Site site;
  const GitRepository theme;
  std::mt19937 random(1);
  std::string noise(200'000, '\0');
  for (auto& c : noise) c = static_cast<char>(random());
  theme.commit_file("noise", noise);
  site.repository.git(
      {"-c", "protocol.file.allow=always", "submodule", "--quiet", "add", file_url(theme.path()), "theme"});
  site.repository.commit_file("index.html", "one");
  REQUIRE(site.once().exit_code == 0);
  for (const auto& file : fs::directory_iterator(site.root / ".git/modules/theme/objects/pack")) {
    if (file.path().extension() != ".pack") continue;
    auto bytes = read_file(file.path());
    bytes.replace(bytes.size() / 2, 64, 64, '\0');
    fs::permissions(file.path(), fs::perms(0644));
    write_file(file.path(), bytes);
  }
  fs::remove(site.link / "theme/noise");
  const auto done = site.once();
  INFO(done.describe());
  CHECK(done.exit_code == 0);
  CHECK(site.content("theme/noise") == noise);
}

TEST_CASE("One folder of the repository can be published alone") {
  const Site site;
  site.repository.write("docs/index.html", "one");
  site.repository.write("src/main.c", "int main;");
  const auto commit = site.repository.commit();
  REQUIRE(site.once({"--subdir=docs"}).exit_code == 0);
  CHECK(linked_commit(site.link) == commit);
  CHECK(site.content("index.html") == "one");
  CHECK_FALSE(fs::exists(site.link / "src"));
  const auto failed = site.once({"--subdir=nowhere"});
  CHECK(failed.exit_code == 1);
  CHECK(site.content("index.html") == "one");
}

TEST_CASE("The touch file is made when a sync is done") {
  const Site site;
  site.repository.commit_file("index.html", "one");
  REQUIRE(site.once({"--touch-file=touched"}).exit_code == 0);
  CHECK(fs::exists(site.root / "touched"));
}

TEST_CASE(
    "Whatever mask the process has the published files and hooks have the modes of the peer, and the mask stays") {
  const auto access = GENERATE(std::vector<std::string>{}, std::vector<std::string>{"--group-write"});
  const Site site;
  site.repository.commit_file("docs/index.html", "one");
  site.repository.commit_file("docs/index.html", "two");
  const auto sync = [&](const std::string& mask, const std::string& name) {
    auto flags = access;
    for (const auto& flag :
         {"--repo=" + file_url(site.repository.path()), "--root=" + (site.home / name).string(),
          std::string("--link=links/current"), std::string("--one-time"), std::string("--git-gc=always"),
          std::string("--touch-file=state/touched"), std::string("--gate=sh -c 'umask > ../../mask'")})
      flags.push_back(flag);
    const auto done = run(under_mask(mask, git_sync_command(flags)), std::chrono::seconds(30));
    INFO(done.describe());
    REQUIRE(done.exit_code == 0);
    return modes_below(site.home / name);
  };
  const auto expected = sync(access.empty() ? "022" : "002", "usual/root");
  const bool is_usual_mode = expected.find("links 493") != std::string::npos;
  CHECK(is_usual_mode == access.empty());
  for (const auto* mask : {"077", "000"}) CHECK(sync(mask, mask + std::string("/root")) == expected);
  CHECK(read_file(site.home / "077/root/mask") == (access.empty() ? "0022\n" : "0002\n"));
  Child child(under_mask("077", git_sync_command(site.linked(access))));
  REQUIRE(eventually(20s, [&] { return fs::exists(site.link); }));
  CHECK(read_file("/proc/" + std::to_string(child.pid()) + "/status").find("Umask:\t0077") != std::string::npos);
}

TEST_CASE("A second process stands by and takes over when the first is killed") {
  const Site site;
  const auto first = site.repository.commit_file("index.html", "one");
  Child worker(git_sync_command(site.linked({"--period=50ms"})));
  REQUIRE(eventually(20s, [&] { return linked_commit(site.link) == first; }));
  Child other(git_sync_command(site.linked({"--period=50ms"})));
  REQUIRE(eventually(20s, [&] { return other.err().find("standing by") != std::string::npos; }));
  worker.signal(SIGKILL);
  worker.wait(10s);
  const auto second = site.repository.commit_file("index.html", "two");
  CHECK(eventually(20s, [&] { return linked_commit(site.link) == second; }));
  CHECK(site.content("index.html") == "two");
}
