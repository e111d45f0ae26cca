#include "git_sync/store/large_blob.hpp"

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

  ObjectId receive(const std::string& content) {
    source.write("large", content);
    source.commit();
    return test::receive_commit(store, source);
  }
  ObjectId blob() const { return test::id_of(source.hash("HEAD:large")); }
  fs::path objects() const { return git_dir / "objects"; }
};

struct Read {
  std::string bytes;
  std::size_t pieces = 0;
};

Read read(const PackedBlob& blob, const ObjectId& id) {
  Read out;
  read_packed_blob(blob, id, [&](std::span<const std::byte> piece) {
    out.bytes.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    out.pieces++;
  });
  return out;
}

}  // namespace

TEST_CASE("a large blob is read from its pack in pieces", "[git_sync][store]") {
  for (const auto& content : {test::noise(large_blob_bytes), std::string(large_blob_bytes + 1, 'x')}) {
    Fixture f;
    f.receive(content);
    const auto found = find_packed_blob(f.objects(), f.blob());
    REQUIRE(found);
    CHECK(found->bytes == content.size());
    const auto got = read(*found, f.blob());
    CHECK(got.bytes == content);
    CHECK(got.pieces > 1);
  }
}

TEST_CASE("what is not a whole blob of a pack is not found", "[git_sync][store]") {
  Fixture f;
  const auto commit = f.receive("text");
  CHECK_FALSE(find_packed_blob(f.objects(), commit));
  CHECK_FALSE(find_packed_blob(f.objects(), test::id_of(std::string(40, 'a'))));
  CHECK(find_packed_blob(f.objects(), f.blob()));
}

TEST_CASE("damage to a large blob shows", "[git_sync][store]") {
  Fixture f;
  f.receive(test::noise(large_blob_bytes));
  const auto found = find_packed_blob(f.objects(), f.blob());
  REQUIRE(found);
  fs::permissions(found->pack, fs::perms::owner_write, fs::perm_options::add);
  auto bytes = test::read_file(found->pack);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  test::write_file(found->pack, bytes);
  CHECK(test::error_of([&] { read(*found, f.blob()); })->kind() == ErrorKind::data);
  bytes.resize(bytes.size() / 2);
  test::write_file(found->pack, bytes);
  CHECK(test::error_of([&] { read(*found, f.blob()); })->kind() == ErrorKind::data);
}

TEST_CASE("a large file is written in pieces unless an attribute changes it", "[git_sync][store]") {
  Fixture f;
  const auto content = std::string(large_blob_bytes, 'x') + "\n";
  f.source.write("large.txt", content);
  f.source.write(".gitattributes", "large.txt eol=crlf\n");
  const auto commit = f.receive(content);
  const Snapshot published{commit, {{"", &f.store, commit, f.store.tree_of(commit)}}, ""};
  CheckoutReader contents(published);
  for (const auto& entry : list_entries(published, CancelToken{})) {
    std::size_t pieces = 0;
    std::string bytes;
    contents.source(entry)([&](std::span<const std::byte> piece) {
      pieces++;
      bytes.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    });
    if (entry.path == "large") CHECK((pieces > 1 && bytes == content));
    if (entry.path == "large.txt") CHECK((pieces == 1 && bytes.ends_with("x\r\n")));
  }
}
