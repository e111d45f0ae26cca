#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/git_sync/publish/site.hpp"
#include "tests/unit/support/errors.hpp"

namespace {

namespace fs = std::filesystem;
using namespace sidekick;
using namespace sidekick::git_sync;
using namespace sidekick::test;

struct stat status_of(const fs::path& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) throw std::runtime_error("no '" + path.string() + "'");
  return status;
}

}  // namespace

TEST_CASE("a commit is brought into a folder as git would check it out") {
  Site site;
  site.source.write("index.html", "one");
  site.source.write("folder/deep/er/page", "two");
  site.source.write("with space", "three");
  site.source.write("with\nnewline", "four");
  site.source.write("\xc3\xa4\xe6\x97\xa5\xf0\x9f\x98\x80.txt", "five");
  site.source.write("-dash", "");
  site.source.write("run", "#!/bin/sh\n");
  fs::permissions(site.source.path() / "run", fs::perms(0755));
  fs::create_symlink("folder/deep", site.source.path() / "relative");
  fs::create_symlink("/etc/passwd", site.source.path() / "absolute");
  fs::create_symlink("../../outside", site.source.path() / "upwards");
  site.source.commit();

  CHECK(site.publish().changed_paths == 10);
  CHECK(site.published() == site.checkout());
  CHECK(site.publisher()->current()->hex() == site.source.hash());
  CHECK(published_commit(site.target)->hex() == site.source.hash());
  CHECK(site.publisher()->tree_path() == fs::canonical(site.folder));
  CHECK((status_of(site.folder / ".sidekick").st_mode & 07777) == 0700);
  CHECK((status_of(site.folder / "index.html").st_mode & 07777) == 0644);
  CHECK((status_of(site.folder / "folder").st_mode & 07777) == 0755);
  CHECK(site.inspect().damaged == 0);
  CHECK(site.log.warnings().empty());
}

TEST_CASE("a change writes what changed and leaves the rest untouched") {
  Site site;
  site.source.write("kept", "same");
  site.source.write("changed", "old");
  site.source.write("gone/with/its", "folder");
  site.source.write("stays/one", "1");
  site.source.write("stays/two", "2");
  site.source.commit();
  site.publish();
  const auto before = status_of(site.folder / "kept");

  fs::remove_all(site.source.path() / "gone");
  fs::remove(site.source.path() / "stays/two");
  site.source.write("changed", "new");
  site.source.write("added/here", "x");
  site.source.commit();
  CHECK(site.publish().changed_paths == 4);
  CHECK(site.published() == site.checkout());
  const auto after = status_of(site.folder / "kept");
  CHECK(before.st_ino == after.st_ino);
  CHECK(before.st_mtim.tv_nsec == after.st_mtim.tv_nsec);
  CHECK_FALSE(fs::exists(site.folder / "gone"));
  CHECK(site.publish().changed_paths == 0);
}

TEST_CASE("files become folders and back and names change only their case") {
  const auto order = GENERATE_COPY(InPlaceTarget::DeleteOrder::last, InPlaceTarget::DeleteOrder::first);
  Site site;
  site.target.delete_order = order;
  site.source.write("a", "file");
  site.source.write("b/c/d", "deep");
  site.source.write("b/e", "beside");
  site.source.write("README", "text");
  fs::create_symlink("b", site.source.path() / "link");
  const auto one = site.source.commit();
  fs::remove(site.source.path() / "a");
  fs::remove_all(site.source.path() / "b");
  fs::remove(site.source.path() / "link");
  site.source.write("a/b/c", "now a folder");
  site.source.write("b", "now a file");
  site.source.write("link/inside", "now a folder too");
  fs::rename(site.source.path() / "README", site.source.path() / "readme");
  const auto two = site.source.commit();

  for (const auto& commit : {one, two, one, two}) {
    site.publish(commit);
    CHECK(site.published() == site.checkout(commit));
    CHECK(site.inspect(commit).damaged == 0);
  }
  CHECK(site.log.warnings().empty());
}

TEST_CASE("a mode bit alone is a change") {
  Site site;
  site.source.write("script", "#!/bin/sh\n");
  site.source.commit();
  site.publish();
  fs::permissions(site.source.path() / "script", fs::perms(0755));
  site.source.commit();
  CHECK(site.publish().changed_paths == 1);
  CHECK((status_of(site.folder / "script").st_mode & 07777) == 0755);
}

TEST_CASE("an empty tree empties what came from git and nothing else") {
  Site site;
  site.source.write("folder/file", "x");
  site.source.commit();
  site.publish();
  write_file(site.folder / "mine", "stranger");
  fs::remove_all(site.source.path() / "folder");
  site.source.commit();
  site.publish();
  CHECK(site.published() == std::map<std::string, std::string>{{"mine", "file stranger"}});
  CHECK(site.publisher()->current()->hex() == site.source.hash());
}

TEST_CASE("files that never came from git are kept where they are not in the way") {
  Site site;
  fs::create_directories(site.folder / "uploads/empty");
  write_file(site.folder / "uploads/photo", "mine");
  write_file(site.folder / "notes", "mine");
  site.source.write("uploads/.keep", "");
  site.source.write("gone/file", "x");
  site.source.commit();
  site.publish();
  write_file(site.folder / "gone/stranger", "mine too");
  fs::remove_all(site.source.path() / "uploads");
  fs::remove_all(site.source.path() / "gone");
  site.source.commit();
  site.publish();
  const std::map<std::string, std::string> left{{"gone/stranger", "file mine too"},
                                                {"notes", "file mine"},
                                                {"uploads/empty/", "empty folder"},
                                                {"uploads/photo", "file mine"}};
  CHECK(site.published() == left);
}

TEST_CASE("a foreign file with the bytes that git wants is adopted and stays the same file") {
  Site site;
  fs::create_directories(site.folder);
  write_file(site.folder / "page", "as git has it");
  const auto before = status_of(site.folder / "page");
  site.source.write("page", "as git has it");
  site.source.commit();
  CHECK(site.publish().changed_paths == 0);
  CHECK(status_of(site.folder / "page").st_ino == before.st_ino);
  fs::remove(site.source.path() / "page");
  site.source.commit();
  site.publish();
  CHECK_FALSE(fs::exists(site.folder / "page"));
}

TEST_CASE("files in the way stop a publication before anything changes") {
  Site site;
  site.source.write("first", "x");
  const auto one = site.source.commit();
  site.publish();
  site.source.write("first", "y");
  for (const auto* name : {"a", "b", "c", "d", "e/f"}) site.source.write(name, "from git");
  site.source.commit();
  for (const auto* name : {"a", "b", "c", "d"}) write_file(site.folder / name, "mine");
  write_file(site.folder / "e", "a file where git has a folder");

  const auto error = error_of([&] { site.publish(); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::config);
  CHECK(mentions(*error, "'a', 'b', 'c' and 2 more"));
  CHECK(mentions(*error, "--force"));
  CHECK(read_file(site.folder / "first") == "x");
  CHECK(site.publisher()->current()->hex() == one);

  site.target.files_in_the_way = InPlaceTarget::FilesInTheWay::replace;
  site.publish();
  CHECK(site.published() == site.checkout());
  REQUIRE(site.log.warnings().size() == 1);
  CHECK(site.log.warnings()[0].find("count=5") != std::string::npos);
}

TEST_CASE("a folder with foreign files in the place of a file is in the way") {
  Site site;
  site.source.write("thing/ours", "x");
  site.source.commit();
  site.publish();
  fs::create_directories(site.folder / "thing/more");
  write_file(site.folder / "thing/more/stranger", "mine");
  fs::remove_all(site.source.path() / "thing");
  site.source.write("thing", "file");
  site.source.commit();
  const auto error = error_of([&] { site.publish(); });
  REQUIRE(error);
  CHECK(mentions(*error, "'thing/more/stranger'"));
  CHECK(fs::exists(site.folder / "thing/ours"));
  site.target.files_in_the_way = InPlaceTarget::FilesInTheWay::replace;
  site.publish();
  CHECK(site.published() == site.checkout());
}

TEST_CASE("nothing is written through a foreign symlink") {
  Site site;
  fs::create_directories(site.place / "outside");
  fs::create_directories(site.folder);
  fs::create_directory_symlink(site.place / "outside", site.folder / "data");
  site.source.write("data/file", "x");
  site.source.commit();
  const auto error = error_of([&] { site.publish(); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::config);
  CHECK(mentions(*error, "'data'"));
  CHECK(fs::is_empty(site.place / "outside"));

  site.target.files_in_the_way = InPlaceTarget::FilesInTheWay::replace;
  site.publish();
  CHECK(fs::is_empty(site.place / "outside"));
  CHECK(site.published() == site.checkout());

  // The same after publication, in the place of a folder that is ours.
  fs::remove_all(site.folder / "data");
  fs::create_directory_symlink(site.place / "outside", site.folder / "data");
  CHECK(site.inspect().damaged == 1);
  site.publish();
  CHECK(fs::is_empty(site.place / "outside"));
  CHECK(site.published() == site.checkout());
}

TEST_CASE("damage of every kind is found and put right with a warning") {
  Site site;
  for (const auto* name : {"edited", "removed", "cut", "mode", "linked", "folder", "pipe", "same", "touched"})
    site.source.write(name, std::string("content of ") + name);
  site.source.commit();
  site.publish();
  write_file(site.folder / "edited", "by hand");
  fs::remove(site.folder / "removed");
  fs::resize_file(site.folder / "cut", 3);
  fs::permissions(site.folder / "mode", fs::perms(0755));
  fs::remove(site.folder / "linked");
  fs::create_symlink("same", site.folder / "linked");
  fs::remove(site.folder / "folder");
  fs::create_directory(site.folder / "folder");
  fs::remove(site.folder / "pipe");
  REQUIRE(::mkfifo((site.folder / "pipe").c_str(), 0600) == 0);
  fs::last_write_time(site.folder / "touched", fs::file_time_type::clock::now());

  const auto inspection = site.inspect();
  CHECK(inspection.damaged == 7);
  CHECK(inspection.examples.size() == 3);
  const auto touched = status_of(site.folder / "touched");
  CHECK(site.publish().changed_paths == 7);
  CHECK(site.published() == site.checkout());
  CHECK(status_of(site.folder / "touched").st_ino == touched.st_ino);
  REQUIRE(site.log.warnings().size() == 1);
  CHECK(site.log.warnings()[0].find("count=7") != std::string::npos);
  CHECK(site.inspect().damaged == 0);
}

TEST_CASE("a record that is lost or damaged costs a walk and no file") {
  Site site;
  site.source.write("page", "one");
  site.source.write("old", "one");
  site.source.commit();
  site.publish();
  const auto before = status_of(site.folder / "page");
  SECTION("lost") {
    fs::remove(site.folder / ".sidekick/record");
  }
  SECTION("damaged") {
    fs::resize_file(site.folder / ".sidekick/record", 40);
  }
  CHECK_FALSE(site.publisher()->current());
  CHECK(site.publish().changed_paths == 0);
  CHECK(status_of(site.folder / "page").st_ino == before.st_ino);
  CHECK(site.publisher()->current()->hex() == site.source.hash());
}

TEST_CASE("a gate sees the whole new tree before readers do and may refuse it") {
  Site site;
  site.source.write("kept", "1");
  site.source.write("page", "one");
  const auto one = site.source.commit();
  site.publish();
  site.source.commit_file("page", "two");
  const auto refuse = [&](const fs::path& folder) {
    CHECK(files_below(folder) == site.checkout());
    CHECK(read_file(site.folder / "page") == "one");
    throw Error(ErrorKind::temporary, "refused");
  };
  CHECK(error_of([&] { site.publish("HEAD", refuse); }));
  CHECK(site.publisher()->current()->hex() == one);
  bool asked = false;
  site.publish("HEAD", [&](const fs::path&) { asked = true; });
  CHECK(asked);
  CHECK(site.published() == site.checkout());
  for (const auto& entry : fs::directory_iterator(site.folder / ".sidekick"))
    CHECK_FALSE(entry.path().filename().string().starts_with("gate-"));
}

TEST_CASE("a gate is not asked again when what it let through is mended") {
  Site site;
  site.source.commit_file("page", "one");
  int asked = 0;
  const Gate gate = [&](const fs::path&) { ++asked; };
  site.publish("HEAD", gate);
  write_file(site.folder / "page", "by hand");
  site.publish("HEAD", gate);
  CHECK(asked == 1);
  CHECK(read_file(site.folder / "page") == "one");
}

TEST_CASE("a folder that was swept clean is filled again") {
  Site site;
  site.source.commit_file("deep/page", "one");
  const auto publisher = site.publisher();
  publisher->publish(site.snapshot(), {}, {});
  fs::remove_all(site.folder);
  CHECK_FALSE(publisher->current());
  CHECK(publisher->publish(site.snapshot(), {}, {}).changed_paths == 1);
  CHECK(site.published() == site.checkout());
  CHECK(publisher->current());
}

TEST_CASE("an object that is damaged stops the publication before anything changes") {
  Site site;
  site.source.commit_file("page", "one");
  site.publish();
  site.source.write("page", "two");
  site.source.write("added", "x");
  site.source.commit();
  const auto blob = site.source.hash("HEAD:page");
  const auto object = site.git_dir / "objects" / blob.substr(0, 2) / blob.substr(2);
  fs::permissions(object, fs::perms(0644));
  SECTION("missing") {
    fs::remove(object);
  }
  SECTION("empty") {
    fs::resize_file(object, 0);
  }
  const auto error = error_of([&] { site.publish(); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::data);
  CHECK(site.published() == std::map<std::string, std::string>{{"page", "file one"}});
}

TEST_CASE("submodules are published where the repository has them") {
  Site site;
  Site module;
  module.source.commit_file("code", "of the module");
  site.source.commit_file("page", "one");
  site.source.git(
      {"-c", "protocol.file.allow=always", "submodule", "add", "--quiet", module.source.path().string(), "libs/a"});
  site.source.commit();
  auto snapshot = site.snapshot();
  auto part = module.snapshot().parts[0];
  part.prefix = "libs/a/";
  snapshot.parts.push_back(part);
  site.publisher()->publish(snapshot, {}, {});
  CHECK(read_file(site.folder / "libs/a/code") == "of the module");
  snapshot.parts.pop_back();
  site.publisher()->publish(snapshot, {}, {});
  CHECK(fs::is_empty(site.folder / "libs/a"));
  CHECK(site.published() == site.checkout());
}

TEST_CASE("one folder of a repository can be published and later another") {
  Site site;
  site.source.write("public/index.html", "x");
  site.source.write("public/css/style", "y");
  site.source.write("private/key", "z");
  site.source.commit();
  site.publisher()->publish(site.snapshot("HEAD", "public"), {}, {});
  CHECK(site.published() == std::map<std::string, std::string>{{"css/style", "file y"}, {"index.html", "file x"}});
  site.publisher()->publish(site.snapshot("HEAD", "private"), {}, {});
  CHECK(site.published() == std::map<std::string, std::string>{{"key", "file z"}});
}

TEST_CASE("attributes that change line ends are followed when they change") {
  Site site;
  site.source.write("text", "a\nb\n");
  site.source.write("other", "a\nb\n");
  site.source.commit();
  site.publish();
  site.source.commit_file(".gitattributes", "text eol=crlf\n");
  site.publish();
  CHECK(read_file(site.folder / "text") == "a\r\nb\r\n");
  CHECK(read_file(site.folder / "other") == "a\nb\n");
  CHECK(site.inspect().damaged == 0);
  fs::remove(site.source.path() / ".gitattributes");
  site.source.commit();
  site.publish();
  CHECK(read_file(site.folder / "text") == "a\nb\n");
}

TEST_CASE("new files take the owner of the folder but its state does not") {
  if (::geteuid() != 0) SKIP("only root can give files away");
  Site site;
  fs::create_directories(site.folder);
  REQUIRE(::chown(site.folder.c_str(), 4711, 4712) == 0);
  site.source.write("folder/file", "x");
  fs::create_symlink("x", site.source.path() / "link");
  site.source.commit();
  site.publish();
  for (const auto* name : {"folder", "folder/file", "link"}) {
    CHECK(status_of(site.folder / name).st_uid == 4711);
    CHECK(status_of(site.folder / name).st_gid == 4712);
  }
  CHECK(status_of(site.folder / ".sidekick").st_uid == 0);
  site.source.commit_file("folder/file", "y");
  site.publish();
  CHECK(status_of(site.folder / "folder/file").st_uid == 4711);
}

TEST_CASE("what a crash left in the state folder is tidied away") {
  Site site;
  site.source.commit_file("a", "x");
  site.publish();
  fs::create_directories(site.folder / ".sidekick/staging/deep");
  fs::create_directories(site.folder / ".sidekick/gate-0123");
  write_file(site.folder / ".sidekick/.sidekick-tmp-abc", "");
  site.publisher()->tidy({});
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(site.folder / ".sidekick"))
    names.push_back(entry.path().filename().string());
  CHECK(names == std::vector<std::string>{"record"});
  CHECK(site.publisher()->current());
}

TEST_CASE("a publication that is cancelled leaves what a kill would leave") {
  Site site;
  site.source.commit_file("a", "x");
  site.publish();
  for (int i = 0; i < 50; i++) site.source.write("n" + std::to_string(i), "x");
  site.source.commit();
  CancelSource source;
  source.cancel();
  const auto error = error_of([&] { site.publisher()->publish(site.snapshot(), {}, source.token()); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::cancelled);
  CHECK(site.published() == site.checkout("HEAD~1"));
  site.publish();
  CHECK(site.published() == site.checkout());
}

namespace {

/// Commits a link to a submodule at `path`, with nothing that describes it.
void commit_link(const Site& site, const std::string& path) {
  const auto linked = site.source.commit();
  site.source.git({"update-index", "--add", "--cacheinfo", "160000," + linked + "," + path});
  site.source.git({"commit", "--quiet", "--message", "a link"});
}

/// Commits a symlink with a target of any bytes.
void commit_symlink(const GitRepository& source, const TempDir& place, const std::string& target) {
  write_file(place / "target", target);
  const auto blob = source.git({"hash-object", "-w", "--", (place / "target").string()});
  source.git({"update-index", "--add", "--cacheinfo", "120000," + blob + ",folder/link"});
  source.git({"commit", "--quiet", "--message", "a symlink"});
}

}  // namespace

TEST_CASE("a submodule that is not filled is an empty folder as in git's checkout") {
  Site site;
  site.source.write("index.html", "one");
  commit_link(site, "libs/inner");
  site.publish();
  CHECK(site.published() == site.checkout());
  CHECK(fs::is_directory(site.folder / "libs/inner"));
  CHECK(site.publish().changed_paths == 0);

  fs::remove(site.folder / "libs/inner");
  CHECK(site.inspect().damaged == 1);
  CHECK(site.publish().changed_paths == 1);
  CHECK(site.published() == site.checkout());

  site.source.git({"rm", "--quiet", "--cached", "libs/inner"});
  site.source.git({"commit", "--quiet", "--message", "no link"});
  site.publish();
  CHECK_FALSE(fs::exists(site.folder / "libs"));
  CHECK(site.published() == site.checkout());
}

TEST_CASE("files become submodules that are not filled and back") {
  Site site;
  site.source.write("libs", "a file");
  site.source.write("index.html", "one");
  site.source.commit();
  site.publish();
  site.source.git({"rm", "--quiet", "libs"});
  commit_link(site, "libs");
  site.publish();
  CHECK(site.published() == site.checkout());
  site.source.git({"rm", "--quiet", "--cached", "libs"});
  site.source.write("libs/inner", "a file");
  site.source.commit();
  site.publish();
  CHECK(site.published() == site.checkout());
}

TEST_CASE("a file of others in the place of a submodule that is not filled is refused") {
  Site site;
  site.source.write("index.html", "one");
  commit_link(site, "libs/inner");
  fs::create_directories(site.folder);
  write_file(site.folder / "libs", "precious");
  const auto error = error_of([&] { site.publish(); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::config);
  CHECK(read_file(site.folder / "libs") == "precious");
  site.target.files_in_the_way = InPlaceTarget::FilesInTheWay::replace;
  site.publish();
  CHECK(site.published() == site.checkout());
}

TEST_CASE("a symlink or a name that no filesystem holds is an error of the commit and changes nothing") {
  for (const auto& target : {std::string(), std::string(5000, 'x'), std::string("a\0b", 3)}) {
    Site site;
    site.source.commit_file("index.html", "one");
    site.publish();
    site.source.commit_file("index.html", "two");
    commit_symlink(site.source, site.place, target);
    const auto error = error_of([&] { site.publish(); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
    CHECK(mentions(*error, "folder/link"));
    CHECK(read_file(site.folder / "index.html") == "one");
  }
  Site site;
  site.source.commit_file("index.html", "one");
  site.publish();
  const std::string name(300, 'n');
  site.source.git(
      {"update-index", "--add", "--cacheinfo", "100644," + site.source.hash("HEAD:index.html") + "," + name});
  site.source.git({"commit", "--quiet", "--message", "a long name"});
  const auto error = error_of([&] { site.publish(); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::data);
  CHECK(mentions(*error, name));
}
