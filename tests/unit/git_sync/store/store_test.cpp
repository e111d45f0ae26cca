#include "git_sync/store/store.hpp"

#include <catch2/catch_test_macros.hpp>

#include "git_sync/publish/checkout_reader.hpp"
#include "git_sync/publish/entry.hpp"
#include "tests/unit/git_sync/sample.hpp"
#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::git_sync;
namespace fs = std::filesystem;

namespace {

struct Fixture {
  test::TempDir folder;
  test::GitRepository source;
  fs::path git_dir = folder / "root/.git";
  Store store = Store::open_or_create(git_dir, LinkedTarget::Access::owner_writes);

  void reopen() { store = Store::open_or_create(git_dir, LinkedTarget::Access::owner_writes); }
  std::optional<Missing> missing(const ObjectId& commit) const { return store.first_missing(commit, CancelToken{}); }

  std::vector<fs::path> packs() const {
    std::vector<fs::path> out;
    for (const auto& file : fs::directory_iterator(git_dir / "objects/pack"))
      if (file.path().extension() == ".pack") out.push_back(file.path());
    return out;
  }
};

void flip_a_byte_in_the_middle(const fs::path& file) {
  auto bytes = test::read_file(file);
  auto& byte = bytes[bytes.size() / 2];
  byte = static_cast<char>(byte ^ 0x55);
  fs::permissions(file, fs::perms::owner_write, fs::perm_options::add);
  test::write_file(file, bytes);
}

}  // namespace

TEST_CASE("a new store is a repository for host git", "[git_sync][store]") {
  Fixture f;
  CHECK(test::git(f.git_dir, {"rev-parse", "--is-bare-repository"}) == "false");
  f.source.commit_file("a", "1");
  const auto commit = test::receive_commit(f.store, f.source);
  f.store.set_head(commit);
  CHECK(test::git(f.git_dir, {"rev-parse", "HEAD"}) == commit.hex());
  CHECK(test::try_git(f.git_dir, {"fsck", "--strict"}).exit_code == 0);
  CHECK(f.store.contains(commit));
  CHECK_FALSE(f.missing(commit));
  f.reopen();
  CHECK(f.store.contains(commit));
}

TEST_CASE("a store that was cut short while it was made is finished", "[git_sync][store]") {
  Fixture f;
  fs::remove(f.git_dir / "HEAD");
  fs::remove(f.git_dir / "config");
  f.reopen();
  CHECK(test::try_git(f.git_dir, {"rev-parse", "--git-dir"}).exit_code == 0);
}

TEST_CASE("a folder that holds something else is not made a store", "[git_sync][store]") {
  const test::TempDir folder;
  test::write_file(folder / "precious", "1");
  const auto error = test::error_of([&] { Store::open_or_create(folder.path(), LinkedTarget::Access::owner_writes); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::data);
  CHECK(test::mentions(*error, "precious"));
}

TEST_CASE("what a killed process left is removed when a store is opened", "[git_sync][store]") {
  Fixture f;
  for (const char* name : {"index.lock", "HEAD.lock", "shallow.lock", "objects/pack/tmp_pack_x",
                           "objects/pack/pack-1234.idx", "refs/heads/main.lock"})
    test::write_file(f.git_dir / name, "left");
  fs::create_directories(f.git_dir / "objects/tmp_incoming");
  test::write_file(f.git_dir / "objects/tmp_incoming/pack_git2_x", "left");
  f.reopen();
  for (const auto& file : fs::recursive_directory_iterator(f.git_dir)) {
    CHECK(file.path().extension() != ".lock");
    CHECK(file.path().filename().string().find("tmp") == std::string::npos);
    CHECK(file.path().extension() != ".idx");
  }
}

TEST_CASE("a pack that is not kept leaves no trace", "[git_sync][store]") {
  Fixture f;
  f.source.commit_file("a", "1");
  test::CountedStatus status;
  const auto pack = test::pack_of(f.source, {"HEAD"});
  {
    const auto incoming = f.store.receive(status, CancelToken{});
    incoming->write(std::as_bytes(std::span(pack)));
  }
  CHECK(status.done == pack.size());
  CHECK(f.packs().empty());
  CHECK_FALSE(fs::exists(f.git_dir / "objects/tmp_incoming"));
}

TEST_CASE("an empty pack and no bytes at all are no pack", "[git_sync][store]") {
  Fixture f;
  test::receive(f.store, test::pack_of(f.source, {}, {}), {});
  test::receive(f.store, "", {});
  CHECK(f.packs().empty());
}

TEST_CASE("a damaged or cut pack is refused", "[git_sync][store]") {
  Fixture f;
  f.source.commit_file("a", std::string(5000, 'x'));
  const auto pack = test::pack_of(f.source, {"HEAD"});
  auto flipped = pack;
  flipped[pack.size() / 2] = static_cast<char>(flipped[pack.size() / 2] ^ 1);
  for (const auto& bad : {std::string("<html>not a pack</html>"), pack.substr(0, pack.size() - 10), flipped}) {
    const auto error = test::error_of([&] { test::receive(f.store, bad, {}); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
  }
  CHECK(f.packs().empty());
}

TEST_CASE("a thin pack is completed from what is here", "[git_sync][store]") {
  Fixture f;
  std::string text;
  for (int i = 0; i < 2000; i++) text += "line " + std::to_string(i) + "\n";
  f.source.commit_file("a", text);
  const auto first = f.source.hash();
  test::receive(f.store, test::pack_of(f.source, {"HEAD"}), {});
  f.source.commit_file("a", text + "more\n");
  const auto thin = test::pack_of(f.source, {"HEAD", "^" + first}, {"--revs", "--thin"});
  test::receive(f.store, thin, {});
  CHECK_FALSE(f.missing(test::id_of(f.source.hash())));
  Fixture other;
  const auto error = test::error_of([&] { test::receive(other.store, thin, {}); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::data);
}

TEST_CASE("the boundary of a shallow store is what git has", "[git_sync][store]") {
  Fixture f;
  f.source.commit_file("a", "1");
  f.source.commit_file("a", "2");
  f.source.commit_file("a", "3");
  const auto commit = test::receive_commit(f.store, f.source);
  CHECK(test::read_file(f.git_dir / "shallow") == commit.hex() + "\n");
  CHECK(f.store.has_depth(commit, 1, CancelToken()));
  CHECK_FALSE(f.store.has_depth(commit, 2, CancelToken()));
  CHECK_FALSE(f.store.has_depth(commit, 0, CancelToken()));
  CHECK_FALSE(f.missing(commit));
  f.store.set_head(commit);
  CHECK(test::git(f.git_dir, {"rev-list", "--count", "HEAD"}) == "1");
  test::receive(f.store, test::pack_of(f.source, {"HEAD"}), {test::id_of(f.source.hash("HEAD~1"))});
  CHECK(f.store.has_depth(commit, 2, CancelToken()));
  CHECK_FALSE(f.store.has_depth(commit, 1, CancelToken()));
  test::receive(f.store, "", {});
  CHECK_FALSE(fs::exists(f.git_dir / "shallow"));
  CHECK(f.store.has_depth(commit, 0, CancelToken()));
  CHECK(f.store.has_depth(commit, 3, CancelToken()));
  CHECK(test::git(f.git_dir, {"rev-list", "--count", "HEAD"}) == "3");
}

TEST_CASE("looking for the depth of a history ends when it is cancelled", "[git_sync][store]") {
  Fixture f;
  f.source.commit_file("a", "1");
  const auto commit = test::receive_commit(f.store, f.source);
  CancelSource stop;
  stop.cancel();
  const auto error = test::error_of([&] { (void)f.store.has_depth(commit, 0, stop.token()); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::cancelled);
}

TEST_CASE("a commit is found by what stands for it", "[git_sync][store]") {
  Fixture f;
  f.source.write("site/deep/file", "1");
  f.source.commit();
  const auto tag = f.source.annotated_tag("v1");
  test::receive(f.store, test::pack_of(f.source, {tag}), {});
  const auto commit = test::id_of(f.source.hash("HEAD"));
  CHECK(f.store.commit_of(test::id_of(tag)) == commit);
  CHECK(f.store.commit_of(commit) == commit);
  CHECK(f.store.commit_by_prefix(commit.hex().substr(0, 7)) == commit);
  CHECK_FALSE(f.store.commit_by_prefix("0123456"));
  CHECK_FALSE(f.store.commit_by_prefix("abc"));
  CHECK(f.store.tree_of(commit).hex() == f.source.hash("HEAD^{tree}"));
  CHECK(f.store.tree_of(commit, "site/deep").hex() == f.source.hash("HEAD:site/deep"));
  for (const char* wrong : {"nowhere", "site/deep/file"}) {
    const auto error = test::error_of([&] { f.store.tree_of(commit, wrong); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::no_input);
  }
  const auto tree = test::error_of([&] { f.store.commit_of(f.store.tree_of(commit)); });
  REQUIRE(tree);
  CHECK(tree->kind() == ErrorKind::data);
}

TEST_CASE("a missing object is named with its path", "[git_sync][store]") {
  Fixture f;
  f.source.write("folder/here", "1");
  f.source.commit_file("folder/lost", "2");
  const auto commit = f.source.hash();
  const auto lost = f.source.hash("HEAD:folder/lost");
  auto objects = test::objects_of(f.source, commit);
  std::erase(objects, lost);
  test::receive(f.store, test::pack_of(f.source, objects, {}), {});
  const auto missing = f.missing(test::id_of(commit));
  REQUIRE(missing);
  CHECK(missing->object.hex() == lost);
  CHECK(missing->path == "folder/lost");
}

TEST_CASE("a damaged pack is noticed and replaced by one of the same name", "[git_sync][store]") {
  Fixture f;
  std::string noise;
  for (unsigned i = 0; i < 20'000; i++) noise += static_cast<char>(i * i * 2654435761U >> 24);
  f.source.commit_file("noise", noise);
  const auto commit = test::id_of(f.source.hash());
  const auto pack = test::pack_of(f.source, {"HEAD"});
  test::receive(f.store, pack, {});
  REQUIRE(f.packs().size() == 1);
  flip_a_byte_in_the_middle(f.packs().front());
  f.reopen();
  const auto read_all = [&] {
    const auto snapshot = test::snapshot_of(f.store, commit);
    CheckoutReader reader(snapshot);
    for (const auto& entry : list_entries(snapshot, CancelToken{})) reader.read(entry, [](auto) {});
  };
  const auto error = test::error_of(read_all);
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::data);
  test::receive(f.store, pack, {}, OlderObjects::drop);
  CHECK_FALSE(test::error_of(read_all));
  CHECK(f.packs().size() == 1);
  CHECK(test::try_git(f.git_dir, {"fsck", "--full"}).exit_code == 0);
}

TEST_CASE("after a move to a smaller tree what is out of reach goes at once", "[git_sync][store]") {
  Fixture f;
  f.source.write("small", "1");
  f.source.write("large", test::noise(3U << 20U));
  f.source.commit();
  test::receive_commit(f.store, f.source);
  f.source.git({"rm", "--quiet", "large"});
  f.source.commit();
  const auto last = test::receive_commit(f.store, f.source);
  f.store.set_head(last);
  CHECK(f.store.collect_garbage({last}, GarbageCollection::when_wasteful, CancelToken{}) > (2U << 20U));
  CHECK(f.packs().size() == 1);
  CHECK_FALSE(f.missing(last));
  // A little garbage is not worth a repack.
  f.source.commit_file("small", "2");
  const auto next = test::receive_commit(f.store, f.source);
  CHECK(f.store.collect_garbage({next}, GarbageCollection::when_wasteful, CancelToken{}) == 0);
}

TEST_CASE("garbage is collected without losing what is kept", "[git_sync][store]") {
  Fixture f;
  ObjectId last;
  for (int i = 0; i < 4; i++) {
    f.source.commit_file("a", std::to_string(i));
    last = test::receive_commit(f.store, f.source);
  }
  f.store.set_head(last);
  CHECK(f.store.collect_garbage({last}, GarbageCollection::when_wasteful, CancelToken{}) == 0);
  CHECK(f.store.collect_garbage({last}, GarbageCollection::never, CancelToken{}) == 0);
  CHECK(f.packs().size() == 4);
  CHECK(f.store.collect_garbage({last}, GarbageCollection::always, CancelToken{}) > 0);
  CHECK(f.packs().size() == 1);
  CHECK_FALSE(f.missing(last));
  CHECK(f.store.contains(test::id_of(f.source.hash("HEAD:a"))));
  CHECK_FALSE(f.store.contains(test::id_of(f.source.hash("HEAD~1"))));
  CHECK(test::try_git(f.git_dir, {"fsck", "--strict"}).exit_code == 0);
  CHECK(test::read_file(f.git_dir / "shallow") == last.hex() + "\n");
  // Again: the pack that is there is the one that would be written.
  f.store.collect_garbage({last}, GarbageCollection::always, CancelToken{});
  CHECK(f.packs().size() == 1);
  CHECK_FALSE(f.missing(last));
}

TEST_CASE("a pack whose index is damaged counts as missing", "[git_sync][store]") {
  Fixture f;
  f.source.commit_file("a", "1");
  const auto commit = test::id_of(f.source.hash());
  const auto pack = test::pack_of(f.source, {"HEAD"});
  test::receive(f.store, pack, {});
  REQUIRE(f.packs().size() == 1);
  flip_a_byte_in_the_middle(fs::path(f.packs().front()).replace_extension(".idx"));
  f.reopen();
  CHECK_FALSE(f.store.contains(commit));
  test::receive(f.store, pack, {}, OlderObjects::drop);
  CHECK_FALSE(f.missing(commit));
  CHECK(test::try_git(f.git_dir, {"fsck", "--full"}).exit_code == 0);
}

TEST_CASE("a damaged file that publishing depends on counts as missing", "[git_sync][store]") {
  for (const auto* name : {".gitmodules", "deep/.gitattributes"}) {
    Fixture f;
    f.source.write("other", "2");
    f.source.commit_file(name, "# one of its kind\n");
    const auto blob = f.source.hash(std::string("HEAD:") + name);
    test::git(f.git_dir, {"fetch", "--quiet", f.source.path().string(), "HEAD"});
    f.reopen();
    const auto commit = test::id_of(f.source.hash());
    REQUIRE_FALSE(f.missing(commit));
    const auto file = f.git_dir / "objects" / blob.substr(0, 2) / blob.substr(2);
    REQUIRE(fs::exists(file));
    flip_a_byte_in_the_middle(file);
    f.reopen();
    const auto missing = f.missing(commit);
    REQUIRE(missing);
    CHECK(missing->path == name);
  }
}
