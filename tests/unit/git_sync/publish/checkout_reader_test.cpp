#include "git_sync/publish/checkout_reader.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <map>
#include <random>

#include "git_sync/publish/attributes.hpp"
#include "git_sync/publish/record.hpp"
#include "tests/unit/git_sync/sample.hpp"

using namespace sidekick;
using namespace sidekick::git_sync;
namespace fs = std::filesystem;

namespace {

struct Read {
  std::map<std::string, std::string> files;
  bool filters = false;
  std::set<std::string> left_undone;
};

Read read_all(const Snapshot& snapshot) {
  CheckoutReader reader(snapshot);
  Read out;
  out.filters = reader.filters();
  out.left_undone = reader.left_undone();
  const auto another = reader.another();
  for (const auto& entry : list_entries(snapshot, CancelToken{}))
    another->read(entry, [&](std::span<const std::byte> bytes) {
      out.files[entry.path] = std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    });
  return out;
}

}  // namespace

TEST_CASE("files have the line ends and marks that the attributes ask for", "[git_sync][checkout]") {
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
  const auto whole = read_all(test::snapshot_of(store, commit));
  CHECK(whole.filters);
  CHECK(whole.files.at("run.bat") == "one\r\ntwo\r\n");
  CHECK(whole.files.at("with space.txt") == "x\r\n");
  CHECK(whole.left_undone.empty());
  CHECK(whole.files.at("inner/run.bat") == "one\ntwo\n");
  CHECK(whole.files.at("plain") == "one\ntwo\n");
  CHECK(whole.files.at("mark.c") == "/* $Id: " + source.hash("HEAD:mark.c") + " $ */\n");
}

TEST_CASE("attributes above a published folder hold for what is in it", "[git_sync][checkout]") {
  const test::GitRepository source;
  const test::TempDir folder;
  auto store = Store::open_or_create(folder / "store", LinkedTarget::Access::owner_writes);
  source.write(".gitattributes", "/site/*.bat text eol=crlf\n");
  source.write("site/run.bat", "one\n");
  source.commit();
  const auto first = test::receive_commit(store, source);
  const auto before = test::snapshot_of(store, first, "site");
  CHECK(read_all(before).files.at("run.bat") == "one\r\n");
  source.commit_file(".gitattributes", "* -text\n");
  const auto second = test::receive_commit(store, source);
  const auto after = test::snapshot_of(store, second, "site");
  CHECK(read_all(after).files.at("run.bat") == "one\n");
  CHECK(snapshot_key(before, list_entries(before, CancelToken{})) !=
        snapshot_key(after, list_entries(after, CancelToken{})));
}

TEST_CASE("attributes that change nothing here want no filters", "[git_sync][checkout]") {
  AttributeUse use;
  note_attributes("# ident\n* text=auto\n*.png binary\n*.sh text eol=lf\n[attr]ours -diff\n*.x -ident !eol\n",
                  ".gitattributes", use);
  CHECK_FALSE(use.filters);
  CHECK(use.left_undone.empty());
  note_attributes("*.txt working-tree-encoding=UTF-16\r\n*.bin filter=lfs diff=lfs\n", ".gitattributes", use);
  CHECK_FALSE(use.filters);
  CHECK(use.left_undone == std::set<std::string>{"filter=lfs", "working-tree-encoding=UTF-16"});
}

TEST_CASE("negative patterns of attributes are ignored and told", "[git_sync][checkout]") {
  const test::GitRepository source;
  const test::TempDir folder;
  auto store = Store::open_or_create(folder / "store", LinkedTarget::Access::owner_writes);
  source.write(".gitattributes", "!*.sh eol=crlf\n\"!*.py\" eol=crlf\n\\!odd eol=crlf\n");
  for (const auto* name : {"run.sh", "plain.txt", "!odd"}) source.write(name, "one\ntwo\n");
  source.commit();
  const auto read = read_all(test::snapshot_of(store, test::receive_commit(store, source)));
  CHECK(read.files.at("run.sh") == "one\ntwo\n");
  CHECK(read.files.at("plain.txt") == "one\ntwo\n");
  CHECK(read.files.at("!odd") == "one\r\ntwo\r\n");
  CHECK(read.left_undone == std::set<std::string>{"'!*.sh', a negative pattern", "'!*.py', a negative pattern"});
}

namespace {

/// Text of the kinds that people write into .gitattributes, and of some that they should not.
class RandomAttributes final {
 public:
  explicit RandomAttributes(unsigned seed) : random_(seed) {}

  std::string pick(const std::vector<std::string>& from) {
    return from[std::uniform_int_distribution<std::size_t>(0, from.size() - 1)(random_)];
  }
  bool chance(int percent) { return std::uniform_int_distribution<int>(0, 99)(random_) < percent; }

  std::string name() {
    return pick({"a", "b c", "run.sh", "x.bat", "d.txt", "!n", "#h", "t\tb", "ab", "[x]", "é.txt"});
  }

  std::string path() {
    std::string out;
    for (int depth = 0; depth < 2 && chance(40); depth++) out += pick({"sub", "s p", "deep"}) + "/";
    return out + name();
  }

  std::string text() {
    std::string out;
    const auto lines = std::uniform_int_distribution<int>(0, 6)(random_);
    for (int i = 0; i < lines; i++)
      out += pick({"one", "two $Id$ x", "$Id: old $", "", "lone\rcr"}) + pick({"\n", "\r\n", "\n"});
    if (chance(15)) out += '\0';
    return out + (chance(30) ? "end" : "");
  }

  std::string attributes() {
    std::string out = chance(5) ? "\xef\xbb\xbf" : "";
    for (int i = std::uniform_int_distribution<int>(1, 6)(random_); i > 0; i--) {
      out += chance(10) ? pick({"", " ", "\t"}) : "";
      out += pattern();
      for (int n = std::uniform_int_distribution<int>(0, 2)(random_); n >= 0; n--)
        out += pick({" ", "\t", "  "}) + state();
      out += pick({"\n", "\n", "\r\n"});
    }
    return out;
  }

 private:
  std::string pattern() {
    const auto plain = pick({"*",     "*.sh", "*.txt", "/a",         "sub/*",  "sub/**",  "**/d.txt", "**/deep/**",
                             "a",     "sub/", "!*.sh", "!a",         "\\!n",   "\\#h",    "#h",       "[ab]",
                             "[!a]*", "?",    "x.*",   "/sub/x.bat", "s?p/*",  "\\[x\\]", "[x]",      "b\\ c",
                             "*b",    "**",   "***",   "a*",         "deep/a", "./a",     "é*",       "dos\\"});
    if (chance(60)) return plain;
    if (chance(25)) return pick({"[attr]dos", "[attr]bin", "[attr]-bad"});
    return pick({"\"b c\"", "\"s p/*\"", "\"*.sh\"", "\"!n\"", "\"\\\\!n\"", "\"t\\tb\"", "\"#h\"", "\"[ab]\"",
                 "\"unended", "\"\\303\\251.txt\"", "\"b?c\"", "\"[a b]*\"", "\"bad\\q\"", "\"s p/**\"", "\"a\"x"});
  }
  std::string state() {
    return pick({"eol=crlf", "eol=lf", "text",  "-text",      "!text",      "text=auto", "ident", "-ident", "!ident",
                 "binary",   "crlf",   "-crlf", "crlf=input", "-eol",       "!eol",      "dos",   "-dos",   "bin",
                 "diff=x",   "-",      "a/b",   "text=x",     "eol=native", "crlf=auto", "eol"});
  }

  std::mt19937 random_;
};

/// How many random repositories are made; more where the environment asks for them.
int rounds() {
  const char* asked = std::getenv("SIDEKICK_RANDOM_ROUNDS");
  return asked ? std::atoi(asked) : 60;
}

}  // namespace

TEST_CASE("files have the bytes that git checks out, whatever the attributes", "[git_sync][checkout][random]") {
  for (int seed = 1; seed <= rounds(); seed++) {
    RandomAttributes random(static_cast<unsigned>(seed));
    const test::GitRepository source;
    const test::TempDir folder;
    std::string all;
    for (const auto* file : {".gitattributes", "sub/.gitattributes", "s p/.gitattributes", "sub/deep/.gitattributes"})
      if (random.chance(file[1] == 'g' ? 100 : 30)) {
        const auto text = random.attributes();
        source.write(file, text);
        all.append(file).append(":\n").append(text);
      }
    for (int i = 0; i < 12; i++) source.write(random.path(), random.text());
    // Into the repository as they are: only the way out is compared.
    test::write_file(source.path() / ".git/info/attributes", "* -text -ident -eol -crlf\n");
    source.commit();
    fs::remove(source.path() / ".git/info/attributes");
    source.git({"worktree", "add", "--quiet", "--detach", (folder / "git").string(), "HEAD"});

    auto store = Store::open_or_create(folder / "store", LinkedTarget::Access::owner_writes);
    const auto read = read_all(test::snapshot_of(store, test::receive_commit(store, source)));
    for (const auto& [path, bytes] : read.files) {
      INFO("seed " << seed << ", " << path << "\n" << all);
      CHECK(bytes == test::read_file(folder / "git" / path));
    }
  }
}
