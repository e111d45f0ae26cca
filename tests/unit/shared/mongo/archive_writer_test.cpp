#include "mongo/archive_writer.hpp"

#include <catch2/catch_test_macros.hpp>

#include <map>
#include <random>

#include "tests/unit/support/sources.hpp"

using namespace sidekick;
using namespace sidekick::mongo;
using namespace sidekick::test;

namespace {

class Collected final : public filters::Sink {
 public:
  void write(std::span<const std::uint8_t> bytes) override { all.insert(all.end(), bytes.begin(), bytes.end()); }
  void finish() override {}
  Buffer all;
};

ArchiveEntry entry(const std::string& collection, const std::string& documents_in = {}) {
  return {{{"db", collection}, R"({"indexes":[]})", "collection"},
          {"db", documents_in.empty() ? collection : documents_in}};
}

Buffer document(std::int32_t id, std::size_t padding) {
  const auto out = Bson().append("_id", id).append("pad", std::string(padding, 'x'));
  return {out.bytes().begin(), out.bytes().end()};
}

/// What our reader, which checks every checksum and end, finds in it: documents in their order by collection.
std::map<std::string, Buffer> read_back(const Buffer& archive) {
  MemoryArchive opened(archive);
  auto& reader = *opened;
  std::map<std::string, Buffer> out;
  for (const auto& collection : reader.collections()) out[collection.ns.collection];
  for (auto event = reader.next(); event.kind != DumpEvent::Kind::end; event = reader.next()) {
    if (event.kind != DumpEvent::Kind::document) continue;
    Buffer bytes(event.bytes);
    reader.read_document(bytes);
    auto& all = out[reader.collections()[event.collection].ns.collection];
    all.insert(all.end(), bytes.begin(), bytes.end());
  }
  return out;
}

}  // namespace

TEST_CASE("an archive of nothing is a header and the end of the prelude") {
  Collected sink;
  ArchiveWriter writer(sink, {.server_version = "6.0.5", .tool_version = "t", .extension = {}}, {});
  writer.flush();
  CHECK(read_back(sink.all).empty());
  CHECK(Buffer(sink.all.end() - 4, sink.all.end()) == Buffer(4, 0xff));
}

TEST_CASE("collections that take turns come back whole and in order") {
  std::mt19937 random(11);
  Collected sink;
  ArchiveWriter writer(sink, {.server_version = "6.0.5", .tool_version = "t", .extension = {}},
                       {entry("a"), entry("b"), entry("empty")});
  std::map<std::string, Buffer> written{{"a", {}}, {"b", {}}, {"empty", {}}};
  for (int i = 0; i < 400; i++) {
    const std::size_t which = random() % 2;
    const auto bytes = document(i, random() % 3000 == 0 ? 100'000 : random() % 300);
    writer.write(which, bytes);
    auto& all = written[which == 0 ? "a" : "b"];
    all.insert(all.end(), bytes.begin(), bytes.end());
  }
  for (std::size_t i = 0; i < 3; i++) writer.end(i);
  writer.flush();
  CHECK(read_back(sink.all) == written);
}

TEST_CASE("a segment ends where another collection begins and not before") {
  Collected sink;
  ArchiveWriter writer(sink, {.server_version = "6.0.5", .tool_version = "t", .extension = {}},
                       {entry("series", "system.buckets.series")});
  writer.write(0, document(1, 10));
  writer.write(0, document(2, 10));
  writer.end(0);
  writer.flush();
  const std::string text(sink.all.begin(), sink.all.end());
  std::size_t headers = 0;
  for (auto at = text.find("system.buckets.series"); at != std::string::npos;
       at = text.find("system.buckets.series", at + 1))
    headers++;
  CHECK(headers == 2);
}

TEST_CASE("the header is as long with other counts and its extension is under a key of ours") {
  const auto with = [](std::int64_t documents) {
    return archive_beginning({.server_version = "6.0.5",
                              .tool_version = "t",
                              .extension = std::move(Bson().append("documents", documents))});
  };
  CHECK(with(0).size() == with(1'000'000'000'000).size());
  const auto beginning = with(7);
  CHECK(Buffer(beginning.begin(), beginning.begin() + 4) == Buffer{0x6d, 0xe2, 0x99, 0x81});
  const Bson header(Bytes(beginning).subspan(4));
  CHECK(number_of(document_of(header.get(), "sidekick").get(), "documents") == 7);
}
