#include "git_sync/publish/contents.hpp"

#include <catch2/catch_test_macros.hpp>

#include <map>

#include "git_sync/publish/attributes.hpp"
#include "git_sync/publish/record.hpp"
#include "tests/unit/git_sync/sample.hpp"

using namespace sidekick;
using namespace sidekick::git_sync;

namespace {

struct Read {
  std::map<std::string, std::string> files;
  bool filters = false;
  std::set<std::string> left_undone;
};

Read read_all(const Content& content) {
  Contents contents(content);
  Read out;
  out.filters = contents.filters();
  out.left_undone = contents.left_undone();
  const auto another = contents.another();
  for (const auto& entry : list_entries(content, CancelToken{}))
    another->read(entry, [&](std::span<const std::byte> bytes) {
      out.files[entry.path] = std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    });
  return out;
}

}  // namespace

TEST_CASE("contents have the line ends and marks that the attributes ask for", "[git_sync][contents]") {
  const test::GitRepository source;
  const test::TempDir folder;
  auto store = Store::open_or_create(folder / "store", LinkedTarget::Access::owner_writes);
  source.write(".gitattributes", "*.bat text eol=crlf\n*.c ident\n\"with space.txt\" text eol=crlf\n");
  source.write("inner/.gitattributes", "*.bat -text\n");
  source.write("run.bat", "one\ntwo\n");
  source.write("inner/run.bat", "one\ntwo\n");
  source.write("with space.txt", "x\n");
  source.write("mark.c", "/* $Id$ */\n");
  source.write("plain", "one\ntwo\n");
  source.commit();
  const auto commit = test::receive_commit(store, source);
  const auto whole = read_all(test::content_of(store, commit));
  CHECK(whole.filters);
  CHECK(whole.files.at("run.bat") == "one\r\ntwo\r\n");
  CHECK(whole.left_undone == std::set<std::string>{"\"with space.txt\" eol=crlf"});
  CHECK(whole.files.at("inner/run.bat") == "one\ntwo\n");
  CHECK(whole.files.at("plain") == "one\ntwo\n");
  CHECK(whole.files.at("mark.c") == "/* $Id: " + source.hash("HEAD:mark.c") + " $ */\n");
}

TEST_CASE("attributes above a published folder hold for what is in it", "[git_sync][contents]") {
  const test::GitRepository source;
  const test::TempDir folder;
  auto store = Store::open_or_create(folder / "store", LinkedTarget::Access::owner_writes);
  source.write(".gitattributes", "/site/*.bat text eol=crlf\n");
  source.write("site/run.bat", "one\n");
  source.commit();
  const auto first = test::receive_commit(store, source);
  const auto before = test::content_of(store, first, "site");
  CHECK(read_all(before).files.at("run.bat") == "one\r\n");
  source.commit_file(".gitattributes", "* -text\n");
  const auto second = test::receive_commit(store, source);
  const auto after = test::content_of(store, second, "site");
  CHECK(read_all(after).files.at("run.bat") == "one\n");
  CHECK(content_key(before, list_entries(before, CancelToken{})) !=
        content_key(after, list_entries(after, CancelToken{})));
}

TEST_CASE("attributes that change nothing here want no filters", "[git_sync][contents]") {
  AttributeUse use;
  note_attributes("# ident\n* text=auto\n*.png binary\n*.sh text eol=lf\n[attr]ours -diff\n*.x -ident !eol\n", use);
  CHECK_FALSE(use.filters);
  CHECK(use.left_undone.empty());
  note_attributes("*.txt working-tree-encoding=UTF-16\r\n*.bin filter=lfs diff=lfs\n", use);
  CHECK_FALSE(use.filters);
  CHECK(use.left_undone == std::set<std::string>{"filter=lfs", "working-tree-encoding=UTF-16"});
}
