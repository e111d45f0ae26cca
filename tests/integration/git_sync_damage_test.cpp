// What git-sync does where its store, the remote or the disk is damaged, and where a limit of the system is reached.
#include <catch2/catch_test_macros.hpp>
#include <dirent.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <algorithm>
#include <random>

#include "tests/support/eventually.hpp"
#include "tests/support/git_repository.hpp"
#include "tests/support/git_sync_site.hpp"
#include "tests/support/tcp_server.hpp"
#include "tests/support/temp_dir.hpp"

using namespace sidekick::test;
namespace fs = std::filesystem;

namespace {

Finished in_place(const Site& site, std::vector<std::string> more = {}) {
  more.insert(more.end(), {"--one-time", "--retries=0"});
  return git_sync(site.in_place(more));
}

fs::path only_file(const fs::path& folder, const std::string& ending) {
  fs::path found;
  for (const auto& file : fs::directory_iterator(folder))
    if (file.path().extension() == ending) found = file.path();
  return found;
}

void flip(const fs::path& file, std::size_t at, int bit) {
  auto bytes = read_file(file);
  bytes.at(at) = static_cast<char>(bytes.at(at) ^ (1 << bit));
  fs::permissions(file, fs::perms::owner_write, fs::perm_options::add);
  write_file(file, bytes);
}

/// Where the packed object begins, by git's own word.
std::size_t offset_in_pack(const fs::path& index, const std::string& object) {
  const auto listed = git(index.parent_path(), {"verify-pack", "-v", index.string()});
  const auto line = listed.substr(listed.find(object));
  const auto words = line.substr(0, line.find('\n'));
  return std::stoul(words.substr(words.rfind(' ') + 1));
}

bool said(const Child& child, const std::string& text) {
  return (child.err() + child.out()).find(text) != std::string::npos;
}

std::size_t open_files(pid_t pid) {
  const fs::path folder = "/proc/" + std::to_string(pid) + "/fd";
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("A store whose index of a pack has a flipped bit is fetched anew at the next start") {
  const Site site;
  for (int i = 0; i < 5; i++) site.repository.commit_file("file" + std::to_string(i), std::to_string(i));
  REQUIRE(site.once({"--depth=0"}).exit_code == 0);
  std::mt19937 random(7);
  for (int round = 0; round < 12; round++) {
    const auto index = only_file(site.root / ".git/objects/pack", ".idx");
    const auto at = std::uniform_int_distribution<std::size_t>(0, read_file(index).size() - 1)(random);
    flip(index, at, round % 8);
    INFO("byte " << at << " of " << read_file(index).size() << ", bit " << round % 8);
    const auto next = site.once({"--depth=0"});
    INFO(next.describe());
    REQUIRE(next.exit_code == 0);
    CHECK(try_git(site.link, {"fsck", "--full", "--strict", "--no-progress"}).exit_code == 0);
  }
}

TEST_CASE("A remote on this machine whose index of a pack is damaged is bad data") {
  const Site site;
  for (int i = 0; i < 5; i++) site.repository.commit_file("file" + std::to_string(i), std::to_string(i));
  site.repository.git({"repack", "-a", "-d", "--quiet"});
  const auto index = only_file(site.repository.path() / ".git/objects/pack", ".idx");
  const auto sound = read_file(index);
  for (const auto at : {std::size_t{9}, std::size_t{1020}, sound.size() / 2, sound.size() - 50}) {
    flip(index, at, 7);
    const auto done = in_place(site);
    INFO(done.describe());
    CHECK(done.exit_code == 65);
    CHECK(done.err.find(index.filename().string()) != std::string::npos);
    write_file(index, sound);
  }
  CHECK(in_place(site).exit_code == 0);
}

TEST_CASE("A damaged description of the submodules is fetched anew") {
  const Site site;
  const GitRepository inner;
  const auto linked = inner.commit_file("page", "inner");
  site.repository.write("index.html", "one");
  site.repository.write(".gitmodules",
                        "[submodule \"inner\"]\n\tpath = inner\n\turl = " + file_url(inner.path()) + "\n");
  site.repository.git({"add", "--all"});
  site.repository.git({"update-index", "--add", "--cacheinfo", "160000," + linked + ",inner"});
  site.repository.git({"commit", "--quiet", "--message", "parent"});
  REQUIRE(site.once().exit_code == 0);
  const auto index = only_file(site.root / ".git/objects/pack", ".idx");
  const auto at = offset_in_pack(index, site.repository.hash("HEAD:.gitmodules"));
  flip(fs::path(index).replace_extension(".pack"), at + 12, 3);
  const auto done = site.once();
  INFO(done.describe());
  CHECK(done.exit_code == 0);
  CHECK(try_git(site.link, {"fsck", "--full", "--no-progress"}).exit_code == 0);
  CHECK(read_file(site.link / "inner/page") == "inner");
}

TEST_CASE("A link to a submodule without a URL fails and names the path unless submodules are off") {
  const Site site;
  const auto linked = site.repository.commit_file("index.html", "one");
  site.repository.git({"update-index", "--add", "--cacheinfo", "160000," + linked + ",libs/inner"});
  site.repository.git({"commit", "--quiet", "--message", "a link"});
  const auto failed = in_place(site);
  INFO(failed.describe());
  CHECK(failed.exit_code == 65);
  CHECK(failed.err.find("libs/inner") != std::string::npos);
  CHECK(site.once().exit_code == 1);
  CHECK(in_place(site, {"--submodules=off"}).exit_code == 0);
  CHECK(fs::is_directory(site.home / "www/libs/inner"));
  CHECK(site.once({"--submodules=off"}).exit_code == 0);
  CHECK(fs::is_directory(site.link / "libs/inner"));
}

TEST_CASE("A submodule that is never to be updated is an empty folder") {
  const Site site;
  const auto linked = site.repository.commit_file("index.html", "one");
  site.repository.write(".gitmodules",
                        "[submodule \"inner\"]\n\tpath = libs/inner\n\turl = /nowhere\n\tupdate = none\n");
  site.repository.git({"add", "--all"});
  site.repository.git({"update-index", "--add", "--cacheinfo", "160000," + linked + ",libs/inner"});
  site.repository.git({"commit", "--quiet", "--message", "a link"});
  for (const auto& done : {site.once(), in_place(site)}) {
    INFO(done.describe());
    CHECK(done.exit_code == 0);
  }
  CHECK(fs::is_empty(site.link / "libs/inner"));
  CHECK(fs::is_empty(site.home / "www/libs/inner"));
}

TEST_CASE("A tag and a branch of one name are told apart in a warning") {
  const Site site;
  const auto first = site.repository.commit_file("index.html", "one");
  site.repository.tag("both");
  site.repository.git({"checkout", "--quiet", "-b", "both"});
  const auto second = site.repository.commit_file("index.html", "two");
  const auto done = site.once({"--ref=both"});
  INFO(done.describe());
  CHECK(linked_commit(site.link) == first);
  CHECK(done.err.find("refs/heads/both") != std::string::npos);
  const auto named = site.once({"--ref=refs/heads/both"});
  CHECK(named.err.find("tag and a branch") == std::string::npos);
  CHECK(linked_commit(site.link) == second);
}

TEST_CASE("A token in the place of the user is nowhere to be read") {
  const Site site;
  const TcpServer server([](TcpPeer& peer) {
    while (peer.read_request()) peer.answer("401 Unauthorized", "");
  });
  for (const auto* login : {"ghp_t0ken@", "ghp_t0ken:x-oauth-basic@", "ghp_t0ken:@"}) {
    const auto repository = "http://" + std::string(login) + "127.0.0.1:" + std::to_string(server.port()) + "/a.git";
    const auto done = git_sync(
        {"--repo=" + repository, "--root=" + site.root.string(), "--one-time", "--error-file=error", "--verbose=9"});
    INFO(done.describe());
    CHECK(done.exit_code == 1);
    CHECK(done.err.find("ghp_t0ken") == std::string::npos);
    const auto told = read_file(site.root / "error");
    CHECK(told.find("rejects the credentials") != std::string::npos);
    CHECK(told.find("ghp_t0ken") == std::string::npos);
  }
}

TEST_CASE("A URL that names a branch after a hash mark is refused") {
  const Site site;
  site.repository.commit_file("index.html", "one");
  const auto done = git_sync({"--repo=" + file_url(site.repository.path()) + "#main",
                              "--in-place=" + (site.home / "www").string(), "--one-time"});
  INFO(done.describe());
  CHECK(done.exit_code == 78);
  CHECK(done.err.find("--ref") != std::string::npos);
}

TEST_CASE("A disk that fills while a tree is written is freed of the half tree at once") {
  const Site site;
  std::string noise(100'000, '\0');
  std::mt19937 random(1);
  for (auto& c : noise) c = static_cast<char>(random());
  site.repository.commit_file("small", "one");
  fs::create_directories(site.root);
  if (::mount("tmpfs", site.root.c_str(), "tmpfs", 0, "size=3m") != 0) SKIP("a tmpfs cannot be mounted here");
  REQUIRE(site.once().exit_code == 0);
  const auto first = linked_commit(site.link);
  // Small in a pack, large in a tree.
  for (int i = 0; i < 40; i++) site.repository.write("big" + std::to_string(i), noise);
  site.repository.commit();
  const auto done = site.once();
  std::vector<std::string> left;
  for (const auto& tree : fs::directory_iterator(site.root / ".worktrees"))
    left.push_back(tree.path().filename().string());
  const auto published = linked_commit(site.link);
  ::umount2(site.root.c_str(), MNT_DETACH);
  INFO(done.describe());
  CHECK(done.exit_code == 1);
  CHECK(done.err.find("No space left on device") != std::string::npos);
  CHECK(published == first);
  CHECK(left == std::vector{first});
}

TEST_CASE("Many pushes leave few files open") {
  const Site site;
  site.repository.commit_file("index.html", "0");
  Child child(git_sync_command(site.linked({"--period=20ms", "--git-gc=off"})));
  REQUIRE(eventually(20s, [&] { return fs::exists(site.link); }));
  const auto before = open_files(child.pid());
  for (int i = 1; i <= 60; i++) {
    const auto commit = site.repository.commit_file("index.html", std::to_string(i));
    site.repository.git({"repack", "-a", "-d", "--quiet"});
    REQUIRE(eventually(20s, [&] { return linked_commit(site.link) == commit; }));
  }
  CHECK(eventually(10s, [&] { return open_files(child.pid()) < before + 40; }));
}

TEST_CASE("Running out of file descriptors does not end a loop that bears no failure") {
  const Site site;
  site.repository.commit_file("index.html", "one");
  Child child(git_sync_command(site.linked({"--period=20ms"})));
  REQUIRE(eventually(20s, [&] { return fs::exists(site.link); }));
  const auto limit = [&](rlim_t files) {
    rlimit both{files, 4096};
    return ::prlimit(child.pid(), RLIMIT_NOFILE, &both, nullptr) == 0;
  };
  // Enough to wait for the next attempt, too few for any. A look in the middle of an attempt would count its files.
  auto idle = open_files(child.pid());
  (void)eventually(1s, [&] {
    idle = std::min(idle, open_files(child.pid()));
    return false;
  });
  REQUIRE(limit(idle + 2));
  const auto second = site.repository.commit_file("index.html", "two");
  REQUIRE(eventually(20s, [&] { return said(child, "open files"); }));
  CHECK(child.running());
  REQUIRE(limit(1024));
  CHECK(eventually(20s, [&] { return linked_commit(site.link) == second; }));
}
