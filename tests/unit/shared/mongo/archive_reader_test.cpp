#include "mongo/archive_reader.hpp"

#include <catch2/catch_test_macros.hpp>

#include <map>
#include <random>

#include "filters/decompress.hpp"
#include "tests/support/archive_writer.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/support/errors.hpp"
#include "tests/unit/support/sources.hpp"

using namespace sidekick;
using namespace sidekick::mongo;
using namespace sidekick::test;

namespace {

using Documents = ArchiveWriter::Documents;
using Content = std::map<std::string, Documents>;

Buffer document(std::int32_t id, std::size_t padding) {
  Bson out;
  out.append("_id", id).append("pad", std::string(padding, 'x')).append("wide", std::int64_t{id} << 20);
  return {out.bytes().begin(), out.bytes().end()};
}

/// What an archive holds, with each collection's end checked to come once.
Content content_of(ArchiveReader& reader) {
  Content out;
  std::map<std::size_t, int> ends;
  for (const auto& collection : reader.collections()) out[collection.ns.text()];
  for (auto event = reader.next(); event.kind != DumpEvent::Kind::end; event = reader.next()) {
    if (event.kind == DumpEvent::Kind::end_of_collection) {
      CHECK(++ends[event.collection] == 1);
      continue;
    }
    Buffer bytes(event.bytes);
    reader.read_document(bytes);
    out[reader.collections()[event.collection].ns.text()].push_back(bytes);
  }
  CHECK(ends.size() == reader.collections().size());
  return out;
}

struct Generated {
  Content content;
  Buffer bytes;
};

/// Collections of random size whose segments take turns at random.
Generated generate(std::mt19937& random, const std::string& suffix) {
  const TempDir folder;
  const auto path = folder / ("a.archive" + suffix);
  ArchiveWriter writer(path);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  struct Open {
    std::string name;
    Documents left;
  };
  std::vector<Open> open;
  Generated out;
  for (std::size_t i = 0, n = 1 + below(5); i < n; i++) {
    const auto name = "c." + std::to_string(i);
    writer.promise("db", name, "{}", {});
    Documents documents;
    for (std::size_t j = 0, m = below(12); j < m; j++)
      documents.push_back(document(static_cast<std::int32_t>(j), below(8) == 0 ? 200'000 : below(300)));
    out.content["db." + name] = documents;
    open.push_back({name, documents});
  }
  writer.end_prelude();
  while (!open.empty()) {
    const auto which = below(open.size());
    auto& [name, left] = open[which];
    const auto take = std::min(left.size(), below(4));
    const auto cut = left.begin() + static_cast<std::ptrdiff_t>(take);
    writer.segment("db", name, Documents(left.begin(), cut));
    left.erase(left.begin(), cut);
    if (!left.empty()) continue;
    writer.end("db", name);
    open.erase(open.begin() + static_cast<std::ptrdiff_t>(which));
  }
  writer.close();
  out.bytes = file_bytes(path);
  return out;
}

Buffer small_archive() {
  const TempDir folder;
  ArchiveWriter writer(folder / "a.archive");
  writer.promise("db", "one", "{}", {});
  writer.promise("db", "two", "{}", {});
  writer.end_prelude();
  writer.segment("db", "one", {document(1, 3)});
  writer.segment("db", "two", {document(2, 5)});
  writer.segment("db", "one", {document(3, 0)});
  writer.end("db", "one");
  writer.end("db", "two");
  writer.close();
  return file_bytes(folder / "a.archive");
}

Content read_archive(const Buffer& bytes, std::size_t step = SIZE_MAX) {
  MemoryArchive archive(bytes, step);
  return content_of(*archive);
}

}  // namespace

TEST_CASE("a generated archive comes back as it was written, whatever turns its collections take") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 60; round++) {
    INFO("round " << round);
    const auto archive = generate(random, "");
    CHECK(read_archive(archive.bytes) == archive.content);
  }
}

TEST_CASE("a generated archive that is compressed and arrives in pieces comes back as it was written") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 10; round++) {
    INFO("round " << round);
    const auto archive = generate(random, ".gz");
    const auto step = 1 + random() % 5000;
    MemoryArchive reader(filters::decompressed(std::make_unique<MemorySource>(archive.bytes, step), "test"));
    CHECK(content_of(*reader) == archive.content);
  }
}

TEST_CASE("an archive reads the same wherever the stream is cut") {
  const auto bytes = small_archive();
  const auto whole = read_archive(bytes);
  REQUIRE(whole.at("db.one").size() == 2);
  for (std::size_t step = 1; step <= bytes.size(); step++) {
    INFO("step " << step);
    CHECK(read_archive(bytes, step) == whole);
  }
}

TEST_CASE("an archive that ends too early is damaged, wherever it ends") {
  const auto bytes = small_archive();
  for (std::size_t size = 1; size < bytes.size(); size++) {
    INFO("size " << size << " of " << bytes.size());
    const Buffer cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    const auto error = error_of([&] { read_archive(cut); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
  }
}

TEST_CASE("an archive without a byte is no input") {
  const auto error = error_of([] { read_archive({}); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::no_input);
}

TEST_CASE("no flipped byte of an archive changes a document unseen") {
  const auto bytes = small_archive();
  const auto whole = read_archive(bytes);
  std::size_t detected = 0;
  std::size_t harmless = 0;
  for (std::size_t at = 0; at < bytes.size(); at++) {
    for (const int mask : {0x01, 0x20, 0x80, 0xff}) {
      auto flipped = bytes;
      flipped[at] = static_cast<std::uint8_t>(flipped[at] ^ mask);
      INFO("offset " << at << " mask " << mask);
      std::optional<Content> read;
      const auto error = error_of([&] { read = read_archive(flipped); });
      if (error) {
        CHECK((error->kind() == ErrorKind::data));
        detected++;
      } else {
        // Left over: the header's and the prelude's own fields (versions, metadata, size), which no checksum covers,
        // and the CRC of a segment that is not the last. The documents are all there.
        CHECK(*read == whole);
        harmless++;
      }
    }
  }
  INFO(detected << " detected, " << harmless << " harmless");
  CHECK(detected > harmless);
}

TEST_CASE("a damaged document is told by its collection and by its offset in the plain bytes") {
  auto bytes = small_archive();
  const auto whole = document(2, 5);
  const auto found = std::search(bytes.begin(), bytes.end(), whole.begin(), whole.end());
  REQUIRE(found != bytes.end());
  *(found + 4) = 0x55;  // no type
  const auto error = error_of([&] { read_archive(bytes); });
  REQUIRE(error);
  CHECK(mentions(*error, "'db.two'"));
  CHECK(mentions(*error, "offset " + std::to_string(found - bytes.begin() + 4)));
}

TEST_CASE("a changed value is caught by the checksum of its collection") {
  auto bytes = small_archive();
  const auto whole = document(2, 5);
  const auto found = std::search(bytes.begin(), bytes.end(), whole.begin(), whole.end());
  REQUIRE(found != bytes.end());
  *(found + 9) = 7;
  const auto error = error_of([&] { read_archive(bytes); });
  REQUIRE(error);
  CHECK(mentions(*error, "'db.two'"));
  CHECK(mentions(*error, "checksum"));
}

TEST_CASE("text, an archive in an archive's stead and what follows the end are refused with a hint") {
  const std::string text = "no archive at all";
  CHECK(error_of([&] { read_archive(Buffer(text.begin(), text.end())); })->kind() == ErrorKind::data);
  CHECK(mentions(*error_of([&] { read_archive({0x1f, 0x8b, 8, 0, 0}); }), "compressed twice"));
  for (const Buffer& more : {Buffer{0xff, 0xff, 0xff, 0xff}, Buffer(512, 0), Buffer{1, 2}, small_archive()}) {
    auto bytes = small_archive();
    bytes.insert(bytes.end(), more.begin(), more.end());
    const auto error = error_of([&] { read_archive(bytes); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
  }
}
