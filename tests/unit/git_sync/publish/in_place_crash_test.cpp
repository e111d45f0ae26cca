#include <catch2/catch_test_macros.hpp>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <random>
#include <thread>

#include "tests/unit/git_sync/publish/site.hpp"
#include "tests/unit/support/errors.hpp"

namespace {

namespace fs = std::filesystem;
using namespace sidekick;
using namespace sidekick::git_sync;
using namespace sidekick::test;

/// A small filesystem of its own, as long as it lives.
class SmallDisk final {
 public:
  SmallDisk(fs::path at, const std::string& size) : at_(std::move(at)) {
    fs::create_directories(at_);
    mounted_ = ::mount("tmpfs", at_.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(at_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool mounted() const { return mounted_; }

 private:
  fs::path at_;
  bool mounted_ = false;
};

/// The same line again and again: half a file, or two mixed, shows.
std::string whole_text(const std::string& version) {
  std::string text;
  for (int i = 0; i < 4000; i++) text += version + "\n";
  return text;
}

bool is_whole(const std::string& text) {
  return text == whole_text(text.substr(0, text.find('\n')));
}

/// Two commits that share little: files change, come, go, and change their shape.
std::vector<std::string> make_commits(const Site& site) {
  const auto& source = site.source;
  for (int i = 0; i < 20; i++) source.write("both/" + std::to_string(i), whole_text("one"));
  for (int i = 0; i < 10; i++) source.write("one/" + std::to_string(i) + "/x", whole_text("one"));
  source.write("shape", whole_text("one"));
  source.write("same", whole_text("same"));
  auto one = source.commit();
  for (int i = 0; i < 20; i++) source.write("both/" + std::to_string(i), whole_text("two"));
  for (int i = 0; i < 10; i++) source.write("two/" + std::to_string(i) + "/x", whole_text("two"));
  fs::remove_all(source.path() / "one");
  fs::remove(source.path() / "shape");
  source.write("shape/inside", whole_text("two"));
  return {one, source.commit()};
}

/// Publishes the commits in turn in a process of its own, and kills that after a while.
void publish_until_killed(Site& site, const std::vector<Snapshot>& snapshots, int after_ms) {
  const auto child = ::fork();
  if (child == 0) {
    for (std::size_t i = 0;; i++) {
      try {
        site.publisher()->publish(snapshots[i % snapshots.size()], {}, {});
      } catch (...) {
        ::_exit(1);
      }
    }
  }
  ::poll(nullptr, 0, after_ms);
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFSIGNALED(status));
}

}  // namespace

TEST_CASE("a kill at any moment leaves whole files and the next publication is exact") {
  Site site;
  const auto commits = make_commits(site);
  const std::vector<Snapshot> snapshots{site.snapshot(commits[0]), site.snapshot(commits[1])};
  const std::vector<std::map<std::string, std::string>> expected{site.checkout(commits[0]), site.checkout(commits[1])};
  fs::create_directories(site.folder / "both");
  write_file(site.folder / "both/stranger", whole_text("stranger"));
  std::mt19937 random(std::random_device{}());
  int cut_short = 0;
  // A busy machine may not get as far as the renames: then it takes more rounds.
  for (int round = 0; round < 40 || (cut_short < 5 && round < 200); round++) {
    publish_until_killed(site, snapshots, static_cast<int>(random() % 60));
    if (!site.publisher()->current()) ++cut_short;
    for (const auto& [path, text] : site.published()) {
      INFO(path);
      if (text.starts_with("file ")) CHECK(is_whole(text.substr(5)));
    }
    // Now and then the next one is killed too.
    if (round % 3 == 1) continue;
    const auto next = random() % 2;
    site.publish(commits[next]);
    auto published = site.published();
    CHECK(published.erase("both/stranger") == 1);
    CHECK(published == expected[next]);
    CHECK(site.publisher()->current()->hex() == commits[next]);
  }
  CHECK(cut_short >= 5);
  CHECK(site.log.warnings().empty());
}

TEST_CASE("a foreign file in the place of a pending file is not removed") {
  Site site;
  const auto commits = make_commits(site);
  site.publish(commits[0]);
  site.publish(commits[1]);
  // As a kill would leave it that came before the first rename: two is pending, one is recorded.
  const auto second = read_file(site.folder / ".sidekick/record");
  site.publish(commits[0]);
  write_file(site.folder / ".sidekick/pending", second);
  CHECK_FALSE(site.publisher()->current());
  fs::create_directories(site.folder / "two/3");
  write_file(site.folder / "two/3/x", "mine");
  site.publish(commits[0]);
  CHECK(read_file(site.folder / "two/3/x") == "mine");
  CHECK(site.publisher()->current()->hex() == commits[0]);
}

TEST_CASE("a reader sees only whole files while a hundred commits pass") {
  Site site;
  constexpr int files = 30;
  const auto write_version = [&](int version) {
    for (int i = 0; i < files; i++)
      if (version == 0 || i % 3 == version % 3)
        site.source.write("dir" + std::to_string(i % 5) + "/" + std::to_string(i), whole_text(std::to_string(version)));
    return site.source.commit();
  };
  write_version(0);
  site.publish();
  std::atomic<bool> done = false;
  std::atomic<int> read = 0;
  std::atomic<int> broken = 0;
  {
    const std::jthread reader([&] {
      while (!done) {
        for (int i = 0; i < files; i++) {
          try {
            if (!is_whole(read_file(site.folder / ("dir" + std::to_string(i % 5)) / std::to_string(i)))) ++broken;
          } catch (const std::exception&) {
            ++broken;
          }
          ++read;
        }
      }
    });
    for (int version = 1; version <= 100; version++) {
      write_version(version);
      site.publish();
    }
    done = true;
  }
  CHECK(broken == 0);
  CHECK(read > files);
  CHECK(site.published() == site.checkout());
}

TEST_CASE("the work tree of an old clone is taken over file by file") {
  Site site;
  for (const auto* name : {"kept", "changed", "gone", "edited"}) site.source.write(name, "old");
  site.source.commit();
  git(site.place.path(), {"clone", "--quiet", site.source.path().string(), site.folder.string()});
  const auto folder = fs::canonical(site.folder);
  site.git_dir = folder / ".git";
  write_file(folder / "edited", "by hand");
  write_file(folder / "mine", "stranger");
  fs::remove(site.source.path() / "gone");
  site.source.write("changed", "new");
  site.source.commit();
  const auto inode = fs::hard_link_count(folder / "kept");
  const auto time = fs::last_write_time(folder / "kept");

  site.publish();
  auto published = site.published();
  CHECK(published.erase("mine") == 1);
  CHECK(published == site.checkout());
  CHECK(fs::last_write_time(folder / "kept") == time);
  CHECK(fs::hard_link_count(folder / "kept") == inode);
  REQUIRE(site.log.warnings().size() == 1);
  CHECK(site.log.warnings()[0].find("'edited'") != std::string::npos);
  CHECK(site.log.warnings()[0].find("count=1") != std::string::npos);
}

TEST_CASE("a disk that fills up in mid-publication loses nothing") {
  Site site;
  const SmallDisk disk(site.folder, "1m");
  if (!disk.mounted()) SKIP("no filesystem can be mounted");
  site.source.write("page", whole_text("one"));
  site.source.write("old", "x");
  const auto one = site.source.commit();
  site.publish();
  const auto before = site.published();
  fs::remove(site.source.path() / "old");
  site.source.write("page", whole_text("two"));
  std::string noise(3'000'000, 'n');
  site.source.write("too-big", noise);
  site.source.commit();
  const auto error = error_of([&] { site.publish(); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::io);
  CHECK(mentions(*error, "No space left"));
  CHECK(site.published() == before);
  CHECK(site.publisher()->current()->hex() == one);
  CHECK_FALSE(fs::exists(site.folder / ".sidekick/staging"));
  site.source.write("too-big", "small again");
  site.source.commit();
  site.publish();
  CHECK(site.published() == site.checkout());
}

TEST_CASE("a file that may not grow as large stops the publication before anything changes") {
  Site site;
  site.source.commit_file("page", "one");
  site.publish();
  site.source.write("page", "two");
  site.source.write("big", std::string(3'000'000, 'n'));
  site.source.commit();
  const auto snapshot = site.snapshot();
  const auto child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const struct rlimit limit{1'000'000, 1'000'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const auto error = error_of([&] { site.publisher()->publish(snapshot, {}, {}); });
    ::_exit(error && error->kind() == ErrorKind::io ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(status == 0);
  CHECK(site.published() == std::map<std::string, std::string>{{"page", "file one"}});
  site.publish();
  CHECK(site.published() == site.checkout());
}

TEST_CASE("a folder below that is another filesystem is published in too") {
  Site site;
  const SmallDisk disk(site.folder / "volume", "1m");
  if (!disk.mounted()) SKIP("no filesystem can be mounted");
  write_file(site.folder / "volume/mine", "stranger");
  site.source.write("volume/page", "one");
  site.source.write("volume/deep/page", "one");
  site.source.write("page", "one");
  fs::create_symlink("page", site.source.path() / "volume/link");
  site.source.commit();
  site.publish();
  CHECK(site.inspect().damaged == 0);
  site.source.commit_file("volume/page", "two");
  CHECK(site.publish().changed_paths == 1);
  auto published = site.published();
  CHECK(published.erase("volume/mine") == 1);
  CHECK(published == site.checkout());
}

TEST_CASE("a folder that became empty stays where something is mounted on it") {
  Site site;
  const SmallDisk disk(site.folder / "volume", "1m");
  if (!disk.mounted()) SKIP("no filesystem can be mounted");
  site.source.write("page", "one");
  site.source.commit_file("volume/.keep", "");
  site.publish();
  site.source.git({"rm", "-q", "volume/.keep"});
  const auto two = site.source.commit();
  site.publish();
  CHECK_FALSE(fs::exists(site.folder / "volume/.keep"));
  CHECK(site.publisher()->current()->hex() == two);
  CHECK(fs::is_directory(site.folder / "volume"));
}

TEST_CASE("a file of a publication that was cut short is ours although the next one was cut short too") {
  Site site;
  site.source.commit_file("page", "one");
  site.publish();
  const auto record = read_file(site.folder / ".sidekick/record");
  site.source.commit_file("z", "two");
  site.publish();
  // As a kill would leave it that came after the last rename.
  write_file(site.folder / ".sidekick/pending", read_file(site.folder / ".sidekick/record"));
  write_file(site.folder / ".sidekick/record", record);
  site.source.write("z", "and three");
  site.source.commit_file("a", "three");
  {
    const SmallDisk disk(site.folder / "a", "1m");
    if (!disk.mounted()) SKIP("no filesystem can be mounted");
    REQUIRE(error_of([&] { site.publish(); }));
    REQUIRE(read_file(site.folder / "z") == "two");
  }
  site.publish();
  CHECK(site.published() == site.checkout());
}
