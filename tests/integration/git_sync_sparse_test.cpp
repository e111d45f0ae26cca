// git-sync with --sparse-checkout-file: only what the patterns select is published.
#include <catch2/catch_test_macros.hpp>

#include <set>

#include "tests/support/git_repository.hpp"
#include "tests/support/git_sync.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/tree_listing.hpp"

using namespace sidekick::test;
namespace fs = std::filesystem;

namespace {

using Paths = std::set<std::string>;

struct Sparse {
  GitRepository repository;
  TempDir folder;
  fs::path root = folder / "root";
  fs::path link = root / "current";
  fs::path in_place = folder / "www";
  fs::path patterns = folder / "patterns";

  Sparse() {
    for (const auto* const file : {"top", "a/one", "a/b/two", "c/three", "c/run.sh"}) repository.write(file, file);
    repository.write(".gitattributes", "*.sh eol=crlf\n");
    repository.write("c/run.sh", "one\ntwo\n");
    repository.commit();
    fs::create_directory(in_place);
  }

  Finished run(std::vector<std::string> flags) const {
    flags.insert(flags.begin(), {"--repo=" + file_url(repository.path()), "--sparse-checkout-file=" + patterns.string(),
                                 "--one-time"});
    return git_sync(std::move(flags));
  }
  Finished linked(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"--root=" + root.string(), "--link=current"});
    return run(std::move(more));
  }
  Finished in_folder(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), "--in-place=" + in_place.string());
    return run(std::move(more));
  }
};

/// Files below a folder, without git's and our own.
Paths files_in(const fs::path& folder) {
  Paths out;
  const auto top = fs::canonical(folder);
  for (const auto& entry : fs::recursive_directory_iterator(top)) {
    const auto path = entry.path().lexically_relative(top).string();
    if (!entry.is_directory() && !path.starts_with(".git") && !path.starts_with(".sidekick")) out.insert(path);
  }
  return out;
}

void succeed(const Finished& done) {
  INFO(done.describe());
  REQUIRE(done.exit_code == 0);
}

}  // namespace

TEST_CASE("Only what the sparse patterns select is published, in both modes, and git finds it clean") {
  const Sparse site;
  write_file(site.patterns, "/*\n!/*/\n/c/\n");
  const Paths wanted{"top", "c/three", "c/run.sh"};
  succeed(site.linked());
  CHECK(files_in(site.link) == wanted);
  CHECK_FALSE(fs::exists(site.link / "a"));
  CHECK(git(site.link, {"status", "--porcelain"}).empty());
  CHECK(git(site.link, {"ls-files"}) == ".gitattributes\na/b/two\na/one\nc/run.sh\nc/three\ntop");
  succeed(site.in_folder());
  CHECK(files_in(site.in_place) == wanted);
}

TEST_CASE("Attributes apply although the file that has them is left out") {
  const Sparse site;
  write_file(site.patterns, "/c/run.sh\n");
  succeed(site.linked());
  CHECK(files_in(site.link) == Paths{"c/run.sh"});
  CHECK_FALSE(fs::exists(site.link / ".gitattributes"));
  CHECK(read_file(site.link / "c/run.sh") == "one\r\ntwo\r\n");
  site.repository.commit_file(".gitattributes", "*.sh eol=lf\n");
  succeed(site.linked());
  CHECK(read_file(site.link / "c/run.sh") == "one\ntwo\n");
}

TEST_CASE("Sparse patterns that changed take effect at the next start, without a warning of damage") {
  const Sparse site;
  write_file(site.patterns, "/a/\n");
  succeed(site.linked());
  succeed(site.in_folder());
  write_file(site.in_place / "c", "a stranger");
  for (const std::string text : {"/a/b/\n", "/a/\n/top\n", "/*\n!/c\n", "/top\n"}) {
    write_file(site.patterns, text);
    const auto done = site.linked();
    succeed(done);
    CHECK(done.err.find("changed by someone else") == std::string::npos);
    auto published = files_in(site.link);
    const auto in_place = site.in_folder();
    succeed(in_place);
    CHECK(in_place.err.find("changed by someone else") == std::string::npos);
    CHECK(read_file(site.in_place / "c") == "a stranger");
    published.insert("c");
    CHECK(files_in(site.in_place) == published);
  }
  CHECK(files_in(site.link) == Paths{"top"});
}

TEST_CASE("What the gate refuses is not shown where only the sparse patterns changed") {
  const Sparse site;
  write_file(site.patterns, "/a/\n");
  succeed(site.linked());
  write_file(site.patterns, "/top\n");
  CHECK(site.linked({"--gate=false"}).exit_code == 1);
  CHECK(files_in(site.link) == Paths{"a/one", "a/b/two"});
}

TEST_CASE("Sparse patterns hold below a folder that is published alone") {
  const Sparse site;
  write_file(site.patterns, "/a/\n!two\n");
  succeed(site.linked({"--subdir=a"}));
  CHECK(files_in(site.link) == Paths{"one"});
}

TEST_CASE("A sparse file that is not there fails before anything is published, and later keeps the last tree") {
  const Sparse site;
  const auto done = site.linked();
  CHECK(done.exit_code == 1);
  CHECK(done.err.find("cannot read the sparse checkout file") != std::string::npos);
  CHECK_FALSE(fs::exists(site.link));
  write_file(site.patterns, "/top\n");
  succeed(site.linked());
  fs::remove(site.patterns);
  CHECK(site.linked().exit_code == 1);
  CHECK(files_in(site.link) == Paths{"top"});
}

TEST_CASE("A record that is lost does not make files of others ours where patterns leave that path out") {
  const Sparse site;
  write_file(site.patterns, "/a/\n");
  succeed(site.in_folder());
  write_file(site.in_place / "top", "a stranger");
  for (const auto& entry : fs::directory_iterator(site.in_place / ".sidekick"))
    if (entry.path().filename() == "record") write_file(entry.path(), "damaged");
  succeed(site.in_folder());
  CHECK(read_file(site.in_place / "top") == "a stranger");
}
