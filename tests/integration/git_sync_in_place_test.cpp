// git-sync inside a folder that others have mounted already.
#include <catch2/catch_test_macros.hpp>
#include <sys/stat.h>

#include <csignal>
#include <set>

#include "tests/support/eventually.hpp"
#include "tests/support/git_repository.hpp"
#include "tests/support/git_sync.hpp"
#include "tests/support/sidekick.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/tree_listing.hpp"

using namespace sidekick::test;
namespace fs = std::filesystem;

namespace {

struct Served {
  GitRepository repository;
  TempDir home;
  fs::path folder = home / "www";

  Served() { fs::create_directory(folder); }

  std::vector<std::string> flags(std::vector<std::string> more = {}) const {
    std::vector<std::string> all{"--repo=" + file_url(repository.path()), "--in-place=" + folder.string(),
                                 "--log-format=json"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  Finished once(std::vector<std::string> more = {}) const {
    more.emplace_back("--one-time");
    return git_sync(flags(std::move(more)));
  }
  std::string content(const std::string& file) const { return read_file(folder / file); }
};

long inode(const fs::path& file) {
  struct stat status{};
  return ::lstat(file.c_str(), &status) == 0 ? static_cast<long>(status.st_ino) : -1;
}

}  // namespace

TEST_CASE("The folder of a running server gets the files of the ref") {
  const Served site;
  site.repository.write("index.html", "one");
  site.repository.write("img/logo.svg", "<svg/>");
  site.repository.commit();
  const auto done = site.once();
  INFO(done.describe());
  REQUIRE(done.exit_code == 0);
  CHECK(tree_listing(site.folder) == std::set<std::string>{"index.html = one", "img/", "img/logo.svg = <svg/>"});
  CHECK(fs::status(site.folder / ".sidekick").permissions() == fs::perms::owner_all);
}

TEST_CASE("A change writes what changed and removes what is gone and leaves the rest alone") {
  const Served site;
  site.repository.write("same.txt", "same");
  site.repository.write("changed.txt", "before");
  site.repository.write("old/gone.txt", "gone");
  site.repository.commit();
  REQUIRE(site.once().exit_code == 0);
  write_file(site.folder / "upload.bin", "a user's own");
  const auto before = inode(site.folder / "same.txt");
  site.repository.git({"rm", "--quiet", "-r", "old"});
  site.repository.write("changed.txt", "after");
  site.repository.write("new/file.txt", "new");
  site.repository.commit();
  const auto done = site.once();
  INFO(done.describe());
  REQUIRE(done.exit_code == 0);
  CHECK(tree_listing(site.folder) == std::set<std::string>{"same.txt = same", "changed.txt = after", "new/",
                                                           "new/file.txt = new", "upload.bin = a user's own"});
  CHECK(inode(site.folder / "same.txt") == before);
}

TEST_CASE("A file in the way is named and kept unless it may be replaced") {
  const Served site;
  site.repository.write("index.html", "from git");
  site.repository.write("other.html", "other");
  site.repository.commit();
  write_file(site.folder / "index.html", "a stranger's");
  const auto refused = site.once();
  INFO(refused.describe());
  CHECK(refused.exit_code == 78);
  CHECK(refused.err.find("index.html") != std::string::npos);
  CHECK(refused.err.find("--force") != std::string::npos);
  CHECK(site.content("index.html") == "a stranger's");
  CHECK_FALSE(fs::exists(site.folder / "other.html"));
  const auto forced = site.once({"--force"});
  INFO(forced.describe());
  CHECK(forced.exit_code == 0);
  CHECK(site.content("index.html") == "from git");
}

TEST_CASE("A file that already holds what git wants is adopted and later removed with the others") {
  const Served site;
  site.repository.write("index.html", "from git");
  site.repository.write("stays.html", "stays");
  site.repository.commit();
  write_file(site.folder / "index.html", "from git");
  const auto before = inode(site.folder / "index.html");
  REQUIRE(site.once().exit_code == 0);
  CHECK(inode(site.folder / "index.html") == before);
  site.repository.git({"rm", "--quiet", "index.html"});
  site.repository.commit();
  REQUIRE(site.once().exit_code == 0);
  CHECK_FALSE(fs::exists(site.folder / "index.html"));
}

TEST_CASE("The folder that the old shell loop left is taken over") {
  const Served site;
  site.repository.write("index.html", "one");
  site.repository.write("gone.html", "gone");
  site.repository.commit();
  git(site.home.path(), {"clone", "--quiet", file_url(site.repository.path()), site.folder.string()});
  site.repository.git({"rm", "--quiet", "gone.html"});
  const auto commit = site.repository.commit_file("index.html", "two");
  const auto done = site.once();
  INFO(done.describe());
  REQUIRE(done.exit_code == 0);
  CHECK(tree_listing(site.folder) == std::set<std::string>{"index.html = two"});
}

TEST_CASE("A folder that follows another repository is refused") {
  const Served site;
  const GitRepository other;
  other.commit_file("index.html", "other");
  site.repository.commit_file("index.html", "one");
  git(site.home.path(), {"clone", "--quiet", file_url(other.path()), site.folder.string()});
  const auto refused = site.once();
  INFO(refused.describe());
  CHECK(refused.exit_code == 78);
  CHECK(site.content("index.html") == "other");
}

TEST_CASE("Names and kinds of all sorts arrive as they are in git") {
  const Served site;
  const auto& repository = site.repository;
  repository.write("Grüße, Welt.txt", "ä");
  repository.write("with\nnewline", "n");
  repository.write("-flag", "-");
  repository.write("run.sh", "#!/bin/sh\n");
  fs::permissions(repository.path() / "run.sh", fs::perms::owner_all | fs::perms::group_exec | fs::perms::others_exec);
  fs::create_symlink("/etc/passwd", repository.path() / "absolute");
  fs::create_symlink("../outside", repository.path() / "upwards");
  repository.commit();
  const auto done = site.once();
  INFO(done.describe());
  REQUIRE(done.exit_code == 0);
  CHECK(tree_listing(site.folder) == std::set<std::string>{"Grüße, Welt.txt = ä", "with\nnewline = n", "-flag = -",
                                                           "run.sh * #!/bin/sh\n", "absolute -> /etc/passwd",
                                                           "upwards -> ../outside"});
  CHECK((fs::status(site.folder / "run.sh").permissions() & fs::perms::owner_exec) != fs::perms::none);
  CHECK((fs::status(site.folder / "-flag").permissions() & fs::perms::owner_exec) == fs::perms::none);
}

TEST_CASE("A file that becomes a folder and a folder that becomes a file change places") {
  const Served site;
  site.repository.write("a", "file");
  site.repository.write("b/inner", "inner");
  site.repository.commit();
  REQUIRE(site.once().exit_code == 0);
  site.repository.git({"rm", "--quiet", "-r", "a", "b"});
  site.repository.write("a/inner", "inner");
  site.repository.write("b", "file");
  site.repository.commit();
  const auto done = site.once();
  INFO(done.describe());
  REQUIRE(done.exit_code == 0);
  CHECK(tree_listing(site.folder) == std::set<std::string>{"a/", "a/inner = inner", "b = file"});
}

TEST_CASE("What was edited by hand is put right at the next start with a warning") {
  const Served site;
  site.repository.write("index.html", "from git");
  site.repository.write("gone.html", "gone");
  site.repository.commit();
  REQUIRE(site.once().exit_code == 0);
  write_file(site.folder / "index.html", "by hand.");
  fs::remove(site.folder / "gone.html");
  const auto done = site.once();
  INFO(done.describe());
  REQUIRE(done.exit_code == 0);
  CHECK(tree_listing(site.folder) == std::set<std::string>{"index.html = from git", "gone.html = gone"});
  CHECK(done.err.find("repairing them") != std::string::npos);
}

TEST_CASE("What is edited by hand while it runs is put right within the check period") {
  const Served site;
  site.repository.commit_file("index.html", "from git");
  Child child(git_sync_command(site.flags({"--period=50ms", "--check-period=100ms"})));
  REQUIRE(eventually(20s, [&] { return fs::exists(site.folder / "index.html"); }));
  write_file(site.folder / "index.html", "by hand.");
  CHECK(eventually(20s, [&] { return site.content("index.html") == "from git"; }));
}

TEST_CASE("Once it has synced it never gives up, and goes on when the remote is back") {
  const Served site;
  site.repository.commit_file("index.html", "one");
  Child child(git_sync_command(site.flags({"--period=50ms", "--retry-for=0"})));
  REQUIRE(eventually(20s, [&] { return fs::exists(site.folder / "index.html"); }));
  const auto hidden = site.home / "hidden";
  fs::rename(site.repository.path() / ".git", hidden);
  REQUIRE(eventually(20s, [&] { return child.err().find("retrying") != std::string::npos; }));
  CHECK(child.running());
  CHECK(site.content("index.html") == "one");
  fs::rename(hidden, site.repository.path() / ".git");
  site.repository.commit_file("index.html", "two");
  CHECK(eventually(40s, [&] { return site.content("index.html") == "two"; }));
}

TEST_CASE("The variables of the published article are enough") {
  const Served site;
  site.repository.commit_file("index.html", "one");
  Child child(
      {{sidekick_binary()},
       {{"DESTINATION", site.folder.string()}, {"REPOSITORY", file_url(site.repository.path())}, {"DELAY", "1"}}});
  REQUIRE(eventually(20s, [&] { return fs::exists(site.folder / "index.html"); }));
  site.repository.commit_file("index.html", "two");
  CHECK(eventually(20s, [&] { return site.content("index.html") == "two"; }));
  child.signal(SIGTERM);
  CHECK(child.wait(10s).exit_code == 128 + SIGTERM);
}

TEST_CASE("A gate that refuses keeps the old tree and one that agrees lets the new one pass") {
  const Served site;
  site.repository.commit_file("index.html", "one");
  REQUIRE(site.once().exit_code == 0);
  site.repository.write("broken", "yes");
  site.repository.commit_file("index.html", "two");
  const auto refused = site.once({"--gate=test ! -e broken", "--retry-for=0"});
  INFO(refused.describe());
  CHECK(refused.exit_code == 75);
  CHECK(site.content("index.html") == "one");
  site.repository.git({"rm", "--quiet", "broken"});
  site.repository.commit_file("index.html", "three");
  CHECK(site.once({"--gate=test ! -e broken"}).exit_code == 0);
  CHECK(site.content("index.html") == "three");
}

TEST_CASE("A run that ends fails in the folder too where its hook fails") {
  const Served site;
  site.repository.commit_file("index.html", "one");
  const auto done = site.once({"--exechook-command=/bin/false"});
  INFO(done.describe());
  CHECK(done.exit_code == 75);
  CHECK(done.err.find("exechook failed") != std::string::npos);
  CHECK(site.content("index.html") == "one");
}

TEST_CASE("A publication that was cut short is finished although the remote is gone") {
  const Served site;
  const auto state = site.folder / ".sidekick";
  site.repository.write("first", "old");
  site.repository.write("last", "old");
  site.repository.commit();
  REQUIRE(site.once().exit_code == 0);
  fs::copy_file(state / "record", site.home / "record");
  site.repository.write("first", "new");
  site.repository.write("last", "new");
  site.repository.commit();
  REQUIRE(site.once().exit_code == 0);
  // As a kill between two renames leaves it: one file is new, the other is not, and the publication is pending.
  fs::rename(state / "record", state / "pending");
  fs::rename(site.home / "record", state / "record");
  write_file(site.folder / "last", "old");
  fs::rename(site.repository.path() / ".git", site.home / "hidden");
  const auto failed = site.once({"--retry-for=0"});
  INFO(failed.describe());
  CHECK(failed.exit_code == 66);
  CHECK(site.content("first") == "new");
  CHECK(site.content("last") == "new");
  CHECK_FALSE(fs::exists(state / "pending"));
}
