// What git-sync does to a folder when others, or the repository, do not behave.
#include <catch2/catch_test_macros.hpp>
#include <sys/mount.h>

#include <mutex>
#include <random>

#include "tests/support/apache.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/git_repository.hpp"
#include "tests/support/git_sync_site.hpp"
#include "tests/support/tcp_server.hpp"
#include "tests/support/temp_dir.hpp"

using namespace sidekick::test;
namespace fs = std::filesystem;

namespace {

bool said(const Child& child, const std::string& text) {
  return (child.err() + child.out()).find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("A file of its own that lies in a folder taken over is kept when git wants its name") {
  const Site site;
  site.repository.commit_file("index.html", "one");
  git(site.home.path(), {"clone", "--quiet", file_url(site.repository.path()), site.folder.string()});
  write_file(site.folder / "upload.txt", "a user's own");
  site.repository.commit_file("upload.txt", "from git");
  const auto refused = git_sync(site.in_place({"--one-time"}));
  INFO(refused.describe());
  CHECK(refused.exit_code == 78);
  CHECK(refused.err.find("upload.txt") != std::string::npos);
  CHECK(read_file(site.folder / "upload.txt") == "a user's own");
}

TEST_CASE("A link that somebody removed is back with the next poll") {
  const Site site;
  const auto commit = site.repository.commit_file("index.html", "one");
  Child child(git_sync_command(site.linked({"--period=50ms"})));
  REQUIRE(eventually(20s, [&] { return linked_commit(site.root / "current") == commit; }));
  fs::remove(site.root / "current");
  CHECK(eventually(20s, [&] { return linked_commit(site.root / "current") == commit; }));
}

TEST_CASE("A root that somebody removed is made anew while it runs") {
  const Site site;
  const auto commit = site.repository.commit_file("index.html", "one");
  Child child(git_sync_command(site.linked({"--period=50ms", "--max-failures=-1"})));
  REQUIRE(eventually(20s, [&] { return said(child, commit); }));
  fs::rename(site.root, site.home / "moved away");
  CHECK(eventually(20s, [&] { return linked_commit(site.root / "current") == commit; }));
  CHECK(child.running());
  // The lock is that of the new root.
  const auto second = git_sync(site.linked({"--one-time"}));
  INFO(second.describe());
  CHECK(second.exit_code != 0);
}

TEST_CASE("A folder that somebody removed with its state is made anew while it runs") {
  const Site site;
  site.repository.commit_file("index.html", "one");
  const auto published = [&] { return fs::exists(site.folder / "index.html"); };
  Child child(git_sync_command(site.in_place({"--period=50ms"})));
  REQUIRE(eventually(20s, [&] { return said(child, " is at "); }));
  fs::rename(site.folder, site.home / "moved away");
  CHECK(eventually(20s, published));
  CHECK(child.running());
}

TEST_CASE("A repository elsewhere that somebody removed is fetched anew while it runs") {
  const Site site;
  site.repository.commit_file("index.html", "one");
  const auto objects = site.home / "objects";
  Child child(git_sync_command(site.in_place({"--period=50ms", "--git-dir=" + objects.string()})));
  REQUIRE(eventually(20s, [&] { return said(child, " is at "); }));
  fs::rename(objects, site.home / "moved away");
  site.repository.commit_file("index.html", "two");
  CHECK(eventually(20s, [&] { return read_file(site.folder / "index.html") == "two"; }));
}

TEST_CASE("Objects that somebody removed are fetched anew while it runs") {
  const Site site;
  site.repository.commit_file("index.html", "one");
  Child child(git_sync_command(site.in_place({"--period=50ms"})));
  REQUIRE(eventually(20s, [&] { return said(child, " is at "); }));
  fs::remove_all(site.folder / ".sidekick/git/objects");
  site.repository.commit_file("index.html", "two");
  CHECK(eventually(5s, [&] { return read_file(site.folder / "index.html") == "two"; }));
}

TEST_CASE("A header for the repository does not reach the host that a submodule of it names") {
  Site site;
  std::mutex mutex;
  std::string heard;
  const TcpServer stranger([&](TcpPeer& peer) {
    while (const auto request = peer.read_request()) {
      const std::lock_guard lock(mutex);
      heard += *request;
      peer.answer("404 Not Found", "");
    }
  });
  const auto linked = site.repository.commit_file("index.html", "one");
  site.repository.write(".gitmodules",
                        "[submodule \"inner\"]\n\tpath = inner\n\turl = " + stranger.url("/inner.git") + "\n");
  site.repository.git({"add", ".gitmodules"});
  site.repository.git({"update-index", "--add", "--cacheinfo", "160000," + linked + ",inner"});
  site.repository.git({"commit", "--quiet", "--message", "parent"});
  const Apache server;
  git(site.home.path(),
      {"clone", "--quiet", "--bare", site.repository.path().string(), (server.repositories() / "site.git").string()});
  const auto done = git_sync({"--repo=" + server.url("/git/site.git"), "--root=" + site.root.string(), "--one-time",
                              "--git-config=http.extraHeader:Authorization: Bearer sesame"});
  INFO(done.describe());
  CHECK(done.exit_code == 1);
  const std::lock_guard lock(mutex);
  CHECK(heard.find("/inner.git/info/refs") != std::string::npos);
  CHECK(heard.find("sesame") == std::string::npos);
}

TEST_CASE("A disk too small for what is fetched is told with what to do") {
  const Site site;
  std::mt19937 random(1);
  std::string noise(3'000'000, '\0');
  for (auto& c : noise) c = static_cast<char>(random());
  site.repository.commit_file("noise", noise);
  fs::create_directories(site.root);
  if (::mount("tmpfs", site.root.c_str(), "tmpfs", 0, "size=1m") != 0) SKIP("a tmpfs cannot be mounted here");
  const auto done = git_sync(site.linked({"--one-time"}));
  ::umount2(site.root.c_str(), MNT_DETACH);
  INFO(done.describe());
  CHECK(done.exit_code == 1);
  CHECK(done.err.find("No space left on device") != std::string::npos);
  CHECK(done.err.find("free space on the disk") != std::string::npos);
}

TEST_CASE("A published file that somebody changes is put right with the next poll, in both modes") {
  const Site site;
  site.repository.write("deep/er/page", "right");
  site.repository.commit();
  for (const bool by_link : {true, false}) {
    const auto flags = by_link ? site.linked({"--period=50ms", "--check-period=1h"})
                               : site.in_place({"--period=50ms", "--check-period=1h"});
    const Child child(git_sync_command(flags));
    const auto page = (by_link ? site.link : site.folder) / "deep/er/page";
    const auto is_right = [&] { return fs::exists(page) && read_file(page) == "right"; };
    REQUIRE(eventually(20s, [&] { return is_right() && child.err().find("is at ") != std::string::npos; }));
    write_file(page, "wrong");
    CHECK(eventually(10s, is_right));
    fs::remove(page);
    CHECK(eventually(10s, is_right));
    CHECK(eventually(10s, [&] { return child.err().find("repairing them") != std::string::npos; }));
  }
}
