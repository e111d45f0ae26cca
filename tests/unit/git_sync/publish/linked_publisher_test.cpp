#include "git_sync/publish/linked_publisher.hpp"

#include <catch2/catch_test_macros.hpp>
#include <sys/stat.h>

#include <map>

#include "tests/unit/git_sync/sample.hpp"
#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::git_sync;
namespace fs = std::filesystem;

namespace {

/// A root with its store and publisher, beside the repository that it follows.
struct Root {
  explicit Root(LinkedTarget::Unchanged unchanged = LinkedTarget::Unchanged::copy,
                LinkedTarget::Access access = LinkedTarget::Access::owner_writes)
      : target{folder / "root", folder / "root/current", std::chrono::milliseconds(0), unchanged, access},
        store(Store::open_or_create(target.root / ".git", access)),
        publisher(target, target.root / ".git", log) {}

  ObjectId publish(const Gate& gate = {}) {
    const auto commit = test::receive_commit(store, source);
    changed = publisher.publish(test::snapshot_of(store, commit), gate, CancelToken{}).changed_paths;
    store.set_head(commit);
    return commit;
  }

  fs::path link() const { return target.link; }
  fs::path tree(const ObjectId& commit) const { return target.root / ".worktrees" / commit.hex(); }
  std::string status() const { return test::git(link(), {"status", "--porcelain", "--ignored"}); }

  test::TempDir folder;
  test::GitRepository source;
  test::KeptLog log;
  LinkedTarget target;
  Store store;
  LinkedPublisher publisher;
  std::size_t changed = 0;
};

/// Every file and symlink below a folder but `.git`, with its content.
std::map<std::string, std::string> tree_of(const fs::path& folder) {
  std::map<std::string, std::string> out;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const auto path = entry.path().lexically_relative(folder).string();
    if (path == ".git" || path.starts_with(".git/")) continue;
    if (entry.is_symlink())
      out[path] = "-> " + fs::read_symlink(entry.path()).string();
    else if (entry.is_regular_file())
      out[path] = test::read_file(entry.path());
  }
  return out;
}

void write_odd_files(const test::GitRepository& source) {
  source.write("plain.txt", "plain\n");
  source.write("deep/er/est/file", "deep\n");
  source.write("name with spaces", "spaces\n");
  source.write("ünïcödé/文件", "unicode\n");
  source.write("new\nline", "newline\n");
  source.write("empty", "");
  source.write("run.sh", "#!/bin/sh\n");
  fs::permissions(source.path() / "run.sh", fs::perms::owner_exec, fs::perm_options::add);
  fs::create_symlink("/etc/passwd", source.path() / "absolute");
  fs::create_symlink("../../outside", source.path() / "deep/upwards");
  fs::create_directory_symlink("deep", source.path() / "folder-link");
}

}  // namespace

TEST_CASE("a commit is published behind a relative link as git would check it out", "[git_sync][linked]") {
  Root root;
  write_odd_files(root.source);
  root.source.commit();
  const auto commit = root.publish();
  CHECK(fs::read_symlink(root.link()) == fs::path(".worktrees") / commit.hex());
  CHECK(tree_of(root.tree(commit)) == tree_of(root.source.path()));
  CHECK((fs::status(root.link() / "run.sh").permissions() & fs::perms::owner_exec) != fs::perms::none);
  CHECK(root.publisher.current() == commit);
  CHECK(root.publisher.tree_path() == root.tree(commit));
}

TEST_CASE("host git works inside a published worktree", "[git_sync][linked]") {
  Root root;
  write_odd_files(root.source);
  root.source.commit("the first");
  root.source.commit_file("plain.txt", "more\n");
  const auto commit = root.publish();
  CHECK(root.status().empty());
  CHECK(test::git(root.link(), {"rev-parse", "HEAD"}) == commit.hex());
  CHECK(test::git(root.link(), {"log", "--format=%s"}) == "change plain.txt");
  CHECK(test::try_git(root.link(), {"fsck", "--strict"}).exit_code == 0);
  CHECK(test::git(root.link(), {"diff-files"}).empty());
  CHECK(test::git(root.link(), {"worktree", "list"}).find(commit.hex()) != std::string::npos);
}

TEST_CASE("unchanged files are taken over and changed ones written", "[git_sync][linked]") {
  for (const auto how : {LinkedTarget::Unchanged::copy, LinkedTarget::Unchanged::hard_link}) {
    Root root(how);
    write_odd_files(root.source);
    root.source.commit();
    const auto first = root.publish();
    root.source.write("plain.txt", "changed\n");
    fs::remove(root.source.path() / "empty");
    root.source.write("added/file", "added\n");
    root.source.commit();
    const auto second = root.publish();
    CHECK(root.changed == 3);
    CHECK(tree_of(root.tree(second)) == tree_of(root.source.path()));
    CHECK(root.status().empty());
    const bool same = fs::equivalent(root.tree(first) / "run.sh", root.tree(second) / "run.sh");
    CHECK(same == (how == LinkedTarget::Unchanged::hard_link));
    CHECK(root.publisher.inspect(test::snapshot_of(root.store, second), CancelToken{}).damaged == 0);
  }
}

TEST_CASE("a damaged file is not taken over into the next tree", "[git_sync][linked]") {
  Root root(LinkedTarget::Unchanged::hard_link);
  root.source.write("a", "right\n");
  root.source.commit_file("b", "1\n");
  const auto first = root.publish();
  test::write_file(root.tree(first) / "a", "wrong\n");
  root.source.commit_file("b", "2\n");
  const auto second = root.publish();
  CHECK(tree_of(root.tree(second)) == tree_of(root.source.path()));
}

TEST_CASE("names change their case and files become folders and back", "[git_sync][linked]") {
  Root root;
  root.source.write("Readme", "1\n");
  root.source.write("thing", "a file\n");
  root.source.commit();
  root.publish();
  fs::rename(root.source.path() / "Readme", root.source.path() / "README");
  fs::remove(root.source.path() / "thing");
  root.source.write("thing/inside", "a folder\n");
  root.source.commit();
  const auto second = root.publish();
  CHECK(tree_of(root.tree(second)) == tree_of(root.source.path()));
  fs::remove_all(root.source.path() / "thing");
  root.source.write("thing", "a file again\n");
  root.source.commit();
  const auto third = root.publish();
  CHECK(tree_of(root.tree(third)) == tree_of(root.source.path()));
  CHECK(root.status().empty());
}

TEST_CASE("a commit without files is published as an empty folder", "[git_sync][linked]") {
  Root root;
  root.source.commit();
  const auto commit = root.publish();
  CHECK(tree_of(root.tree(commit)).empty());
  CHECK(root.status().empty());
}

TEST_CASE("one folder of the repository is published without git's files", "[git_sync][linked]") {
  Root root;
  root.source.write("site/index.html", "hello\n");
  root.source.commit_file("other", "hidden\n");
  const auto commit = test::receive_commit(root.store, root.source);
  root.publisher.publish(test::snapshot_of(root.store, commit, "site"), {}, CancelToken{});
  CHECK_FALSE(fs::exists(root.tree(commit) / ".git"));
  CHECK(tree_of(root.tree(commit)) == std::map<std::string, std::string>{{"index.html", "hello\n"}});
  // The same commit whole is another snapshot.
  root.publisher.publish(test::snapshot_of(root.store, commit), {}, CancelToken{});
  CHECK(tree_of(root.tree(commit)) == tree_of(root.source.path()));
  CHECK(root.status().empty());
}

TEST_CASE("the group may write where that is asked for", "[git_sync][linked]") {
  Root root(LinkedTarget::Unchanged::copy, LinkedTarget::Access::group_writes);
  root.source.commit_file("folder/file", "1\n");
  const auto commit = root.publish();
  const auto mode = [&](const fs::path& path) { return static_cast<unsigned>(fs::status(path).permissions()); };
  CHECK(mode(root.tree(commit)) == 0775);
  CHECK(mode(root.tree(commit) / "folder") == 0775);
  CHECK(mode(root.tree(commit) / "folder/file") == 0664);
  CHECK(root.status().empty());
}

TEST_CASE("every kind of damage is found and mended", "[git_sync][linked]") {
  Root root;
  write_odd_files(root.source);
  root.source.commit();
  const auto commit = root.publish();
  const auto snapshot = test::snapshot_of(root.store, commit);
  const auto tree = root.tree(commit);
  const auto damage_and_mend = [&](const std::string& path) {
    const auto found = root.publisher.inspect(snapshot, CancelToken{});
    CHECK(found.damaged > 0);
    CHECK(found.examples.front() == path);
    CHECK(root.publisher.publish(snapshot, {}, CancelToken{}).changed_paths > 0);
    CHECK(root.publisher.inspect(snapshot, CancelToken{}).damaged == 0);
    CHECK(tree_of(tree) == tree_of(root.source.path()));
    CHECK(root.status().empty());
    CHECK(root.publisher.publish(snapshot, {}, CancelToken{}).changed_paths == 0);
  };
  SECTION("edited") {
    test::write_file(tree / "plain.txt", "PLAIN\n");
    damage_and_mend("plain.txt");
  }
  SECTION("deleted") {
    fs::remove(tree / "plain.txt");
    damage_and_mend("plain.txt");
  }
  SECTION("truncated") {
    fs::resize_file(tree / "plain.txt", 1);
    damage_and_mend("plain.txt");
  }
  SECTION("made executable") {
    fs::permissions(tree / "plain.txt", fs::perms::all);
    damage_and_mend("plain.txt");
  }
  SECTION("closed to readers") {
    fs::permissions(tree / "plain.txt", fs::perms::owner_read);
    damage_and_mend("plain.txt");
  }
  SECTION("replaced by a symlink") {
    fs::remove(tree / "plain.txt");
    fs::create_symlink("empty", tree / "plain.txt");
    damage_and_mend("plain.txt");
  }
  SECTION("replaced by a folder") {
    fs::remove(tree / "plain.txt");
    fs::create_directory(tree / "plain.txt");
    damage_and_mend("plain.txt");
  }
  SECTION("a symlink that leads elsewhere") {
    fs::remove(tree / "absolute");
    fs::create_symlink("/etc/shadow", tree / "absolute");
    damage_and_mend("absolute");
  }
  SECTION("a folder replaced by a symlink to the same files") {
    fs::rename(tree / "deep", root.folder / "deep");
    fs::create_directory_symlink(root.folder / "deep", tree / "deep");
    damage_and_mend("deep");
  }
  SECTION("a folder removed") {
    fs::remove_all(tree / "deep");
    damage_and_mend("deep");
  }
  SECTION("the way to the repository") {
    fs::remove(tree / ".git");
    CHECK(root.publisher.inspect(snapshot, CancelToken{}).examples.front() == ".git");
    root.publisher.publish(snapshot, {}, CancelToken{});
    CHECK(root.publisher.inspect(snapshot, CancelToken{}).damaged == 0);
    CHECK(root.status().empty());
  }
}

TEST_CASE("a tree that is gone is built anew", "[git_sync][linked]") {
  Root root;
  write_odd_files(root.source);
  root.source.commit();
  const auto commit = root.publish();
  fs::remove_all(root.tree(commit));
  CHECK_FALSE(root.publisher.current());
  root.publisher.publish(test::snapshot_of(root.store, commit), {}, CancelToken{});
  CHECK(root.publisher.current() == commit);
  CHECK(tree_of(root.tree(commit)) == tree_of(root.source.path()));
  CHECK(root.status().empty());
}

TEST_CASE("a touched file with the right bytes is no damage", "[git_sync][linked]") {
  Root root;
  root.source.commit_file("a", "1\n");
  const auto commit = root.publish();
  fs::last_write_time(root.tree(commit) / "a", fs::file_time_type::clock::now() - std::chrono::hours(1));
  const auto snapshot = test::snapshot_of(root.store, commit);
  CHECK(root.publisher.inspect(snapshot, CancelToken{}).damaged == 0);
  CHECK(root.publisher.publish(snapshot, {}, CancelToken{}).changed_paths == 0);
}

TEST_CASE("a gate that refuses leaves what readers see", "[git_sync][linked]") {
  Root root;
  root.source.commit_file("a", "1\n");
  const auto first = root.publish();
  root.source.commit_file("a", "2\n");
  std::string seen;
  const auto refuse = [&](const fs::path& folder) {
    seen = test::read_file(folder / "a");
    throw Error(ErrorKind::data, "refused");
  };
  const auto error = test::error_of([&] { root.publish(refuse); });
  REQUIRE(error);
  CHECK(error->message() == "refused");
  CHECK(seen == "2\n");
  CHECK(root.publisher.current() == first);
  CHECK(test::read_file(root.link() / "a") == "1\n");
  root.publisher.tidy(CancelToken{});
  CHECK(std::distance(fs::directory_iterator(root.target.root / ".worktrees"), {}) == 1);
}

TEST_CASE("old trees go when their time is over and never the current one", "[git_sync][linked]") {
  Root root;
  root.source.commit_file("a", "1\n");
  const auto first = root.publish();
  root.source.commit_file("a", "2\n");
  const auto second = root.publish();
  fs::create_directories(root.target.root / ".worktrees" / (".tmp-" + first.hex()) / "half");
  CHECK(fs::exists(root.tree(first)));
  root.publisher.tidy(CancelToken{});
  CHECK_FALSE(fs::exists(root.tree(first)));
  CHECK_FALSE(fs::exists(root.target.root / ".git/worktrees" / first.hex()));
  CHECK(std::distance(fs::directory_iterator(root.target.root / ".worktrees"), {}) == 1);
  CHECK(root.publisher.current() == second);
  CHECK(root.status().empty());
}

TEST_CASE("files of others among the trees go, and as many old trees stay as are to be kept", "[git_sync][linked]") {
  Root root;
  root.target.keep_trees = 2;
  LinkedPublisher publisher(root.target, root.target.root / ".git", root.log);
  std::vector<ObjectId> commits;
  for (const std::string text : {"1", "2", "3", "4"}) {
    root.source.commit_file("a", text);
    commits.push_back(root.publish());
  }
  const auto strangers = root.target.root / ".worktrees";
  test::write_file(strangers / "file", "x");
  fs::create_directories(strangers / "folder/inner");
  publisher.tidy(CancelToken{});
  CHECK_FALSE(fs::exists(root.tree(commits[0])));
  for (const auto kept : {1, 2, 3}) CHECK(fs::exists(root.tree(commits[static_cast<std::size_t>(kept)])));
  CHECK_FALSE(fs::exists(strangers / "file"));
  CHECK_FALSE(fs::exists(strangers / "folder"));
  const auto shown = publisher.show(commits[1]);
  REQUIRE(shown);
  CHECK(shown->changed_paths == 1);
  CHECK(publisher.current() == commits[1]);
  CHECK(test::read_file(root.link() / "a") == "2");
  CHECK(root.status().empty());
  CHECK_FALSE(publisher.show(commits[0]));
  CHECK(publisher.current() == commits[1]);
}

TEST_CASE("an old tree stays as long as it is told to", "[git_sync][linked]") {
  Root root;
  root.target.stale_timeout = std::chrono::hours(1);
  LinkedPublisher patient(root.target, root.target.root / ".git", root.log);
  root.source.commit_file("a", "1\n");
  const auto first = root.publish();
  root.source.commit_file("a", "2\n");
  root.publish();
  patient.tidy(CancelToken{});
  CHECK(fs::exists(root.tree(first)));
}

TEST_CASE("a link may lie outside the root", "[git_sync][linked]") {
  Root root;
  root.target.link = root.folder / "elsewhere/deep/site";
  LinkedPublisher publisher(root.target, root.target.root / ".git", root.log);
  root.source.commit_file("a", "1\n");
  const auto commit = test::receive_commit(root.store, root.source);
  publisher.publish(test::snapshot_of(root.store, commit), {}, CancelToken{});
  CHECK(publisher.current() == commit);
  CHECK(test::read_file(root.target.link / "a") == "1\n");
}

TEST_CASE("a folder where the link belongs is not touched", "[git_sync][linked]") {
  Root root;
  fs::create_directories(root.link());
  root.source.commit_file("a", "1\n");
  const auto error = test::error_of([&] { root.publish(); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::config);
  CHECK(fs::is_directory(fs::symlink_status(root.link())));
}

TEST_CASE("content that a filter would fetch is published as its pointer with one warning", "[git_sync][linked]") {
  Root root;
  root.source.write(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n");
  root.source.commit_file("big.bin", "version https://git-lfs.github.com/spec/v1\n");
  root.publish();
  root.source.commit_file("b", "2\n");
  root.publish();
  CHECK(root.log.warnings.size() == 1);
  CHECK(root.log.warnings.front().find("filter=lfs") != std::string::npos);
  CHECK(test::read_file(root.link() / "big.bin") == test::read_file(root.source.path() / "big.bin"));
}

TEST_CASE("a symlink that no filesystem holds is an error of the commit and leaves no half tree",
          "[git_sync][linked]") {
  for (const auto& target : {std::string(), std::string(5000, 'x'), std::string("a\0b", 3)}) {
    Root root;
    root.source.commit_file("index.html", "one");
    const auto first = root.publish();
    test::write_file(root.folder / "target", target);
    const auto blob = root.source.git({"hash-object", "-w", "--", (root.folder / "target").string()});
    root.source.git({"update-index", "--add", "--cacheinfo", "120000," + blob + ",link"});
    root.source.git({"commit", "--quiet", "--message", "a symlink"});
    const auto error = test::error_of([&] { root.publish(); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
    CHECK(test::mentions(*error, "'link'"));
    CHECK(root.publisher.current() == first);
    for (const auto& left : fs::directory_iterator(root.target.root / ".worktrees"))
      CHECK(left.path().filename() == first.hex());
  }
}

TEST_CASE("a tree that the gate refused is removed at once", "[git_sync][linked]") {
  Root root;
  root.source.commit_file("index.html", "one");
  const auto refuse = [](const fs::path&) { throw Error(ErrorKind::temporary, "refused"); };
  CHECK(test::error_of([&] { root.publish(refuse); }));
  CHECK(fs::is_empty(root.target.root / ".worktrees"));
  CHECK(fs::is_empty(root.target.root / ".git/worktrees"));
}
