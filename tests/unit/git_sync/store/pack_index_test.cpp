#include "git_sync/store/pack_index.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/unit/git_sync/sample.hpp"

using namespace sidekick::git_sync;
using namespace sidekick::test;
namespace fs = std::filesystem;

namespace {

/// A pack that git made, and its index in one of the two formats.
struct Pack {
  explicit Pack(const std::string& version) {
    for (const auto* text : {"one", "two", "three"}) source.commit_file(text, text);
    source.git({"-c", "pack.indexVersion=" + version, "repack", "-a", "-d", "--quiet"});
    source.git({"config", "pack.indexVersion", version});
    for (const auto& file : fs::directory_iterator(objects / "pack"))
      if (file.path().extension() == ".idx") index = file.path();
    fs::permissions(index, fs::perms::owner_write, fs::perm_options::add);
    bytes = read_file(index);
  }

  std::string damage_of(const std::string& content) const {
    write_file(index, content);
    return damage_of_index(index);
  }

  GitRepository source;
  fs::path objects = source.path() / ".git/objects";
  fs::path index;
  std::string bytes;
};

}  // namespace

TEST_CASE("the index of a pack is sound as git wrote it and damaged with any bit of it flipped", "[git_sync][store]") {
  for (const auto* version : {"1", "2"}) {
    const Pack pack(version);
    REQUIRE(pack.damage_of(pack.bytes).empty());
    REQUIRE((pack.bytes.substr(0, 4) == "\xfftOc") == (std::string(version) == "2"));
    for (std::size_t at = 0; at < pack.bytes.size(); at++) {
      auto flipped = pack.bytes;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << at % 8));
      INFO("version " << version << ", byte " << at);
      CHECK_FALSE(pack.damage_of(flipped).empty());
    }
  }
}

TEST_CASE("the index of a pack that was cut or extended is damaged", "[git_sync][store]") {
  const Pack pack("2");
  for (const auto size : {std::size_t{0}, std::size_t{7}, std::size_t{1032}, pack.bytes.size() - 1})
    CHECK_FALSE(pack.damage_of(pack.bytes.substr(0, size)).empty());
  CHECK_FALSE(pack.damage_of(pack.bytes + std::string(8, '\0')).empty());
}

TEST_CASE("an index of another pack is damaged", "[git_sync][store]") {
  const Pack pack("2");
  pack.source.commit_file("four", "four");
  pack.source.git({"repack", "-d", "--quiet"});
  std::vector<fs::path> indexes;
  for (const auto& file : fs::directory_iterator(pack.objects / "pack"))
    if (file.path().extension() == ".idx") indexes.push_back(file.path());
  REQUIRE(indexes.size() == 2);
  const auto first = read_file(indexes[0]);
  fs::permissions(indexes[1], fs::perms::owner_write, fs::perm_options::add);
  write_file(indexes[1], first);
  CHECK_FALSE(damage_of_index(indexes[1]).empty());
}

TEST_CASE("the check finds damaged indexes also of several packs and of alternates", "[git_sync][store]") {
  const Pack pack("2");
  pack.source.git({"multi-pack-index", "write"});
  const TempDir folder;
  git(folder.path(), {"clone", "--quiet", "--bare", "--shared", pack.source.path().string(), "borrower"});
  IndexCheck own(pack.objects);
  IndexCheck borrowed(folder / "borrower/objects");
  CHECK(own.run().empty());
  CHECK(borrowed.run().empty());

  const auto of_several = pack.objects / "pack/multi-pack-index";
  auto bytes = read_file(of_several);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  fs::permissions(of_several, fs::perms::owner_write, fs::perm_options::add);
  write_file(of_several, bytes);
  REQUIRE(own.run().size() == 1);
  CHECK(own.run().front().path == of_several);
  fs::remove(of_several);

  auto cut = pack.bytes;
  cut.pop_back();
  write_file(pack.index, cut);
  REQUIRE(own.run().size() == 1);
  CHECK(own.run().front().path == pack.index);
  REQUIRE(borrowed.run().size() == 1);
  CHECK(fs::equivalent(borrowed.run().front().path, pack.index));
}
