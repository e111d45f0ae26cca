// The strict reader takes a good archive and refuses each violation of the format, saying which.
#include "tests/support/strict_archive.hpp"

#include <bson/bson.h>
#include <catch2/catch_test_macros.hpp>
#include <lzma.h>

#include <functional>

using namespace sidekick::test;

namespace {

std::string bson(const std::function<void(bson_t*)>& fill) {
  bson_t made;
  bson_init(&made);
  fill(&made);
  std::string bytes(reinterpret_cast<const char*>(bson_get_data(&made)), made.len);
  bson_destroy(&made);
  return bytes;
}

void put(bson_t* to, const char* key, const std::string& text) {
  bson_append_utf8(to, key, -1, text.data(), static_cast<int>(text.size()));
}

std::string document(std::int32_t id) {
  return bson([&](bson_t* b) { bson_append_int32(b, "_id", -1, id); });
}

struct Entry {
  std::string db, collection, metadata, type;
};

struct Block {
  std::string db, collection;
  std::vector<std::string> documents{};
  bool end = false;
  std::uint64_t crc = 0;
  std::function<void(bson_t*)> more = [](bson_t*) {};
};

std::string metadata_of(const std::string& name, const std::string& indexes, const std::string& more) {
  return R"({)" + more + R"("indexes":)" + indexes +
         R"(,"uuid":"0a51a85d90f04d59bb795576ababb8bb","collectionName":")" + name + R"(","type":"collection"})";
}

const std::string id_index = R"([{"v":{"$numberInt":"2"},"key":{"_id":{"$numberInt":"1"}},"name":"_id_"}])";
const std::string terminator = "\xff\xff\xff\xff";

std::uint64_t crc_of(const std::vector<std::string>& documents) {
  std::uint64_t crc = 0;
  for (const auto& one : documents)
    crc = lzma_crc64(reinterpret_cast<const std::uint8_t*>(one.data()), one.size(), crc);
  return crc;
}

/// An archive as mongodump writes it, in parts that a test can spoil.
struct Sample {
  std::string magic = "\x6d\xe2\x99\x81";
  std::int32_t concurrent = 2;
  std::string version = "0.1";
  std::string server_version = "6.0.5";
  std::vector<Entry> prelude{
      {"shop", "fruits", metadata_of("fruits", id_index, ""), "collection"},
      {"shop", "cheap",
       R"({"options":{"viewOn":"fruits","pipeline":[]},"indexes":[],"collectionName":"cheap","type":"view"})", "view"},
      {"shop", "warm",
       R"({"options":{"timeseries":{"timeField":"t"}},"indexes":[],"collectionName":"warm","type":"timeseries"})",
       "timeseries"},
      {"", "oplog", "", ""},
      {"admin", "system.version", metadata_of("system.version", id_index, ""), "collection"}};
  std::vector<Block> blocks{{"admin", "system.version", {document(1)}},
                            {"admin", "system.version", {}, true, crc_of({document(1)})},
                            {"shop", "fruits", {document(1), document(2)}},
                            {"shop", "system.buckets.warm", {document(4)}},
                            {"shop", "fruits", {document(3)}},
                            {"shop", "fruits", {}, true, crc_of({document(1), document(2), document(3)})},
                            {"shop", "system.buckets.warm", {}, true, crc_of({document(4)})},
                            {"shop", "cheap"},
                            {"shop", "cheap", {}, true},
                            {"", "oplog", {document(5)}},
                            {"", "oplog", {}, true, crc_of({document(5)})}};
  std::string tail;

  std::string bytes() const {
    std::string out = magic + bson([&](bson_t* b) {
                        bson_append_int32(b, "concurrent_collections", -1, concurrent);
                        put(b, "version", version);
                        put(b, "server_version", server_version);
                        put(b, "tool_version", "100.18.0");
                      });
    for (const auto& entry : prelude)
      out += bson([&](bson_t* b) {
        put(b, "db", entry.db);
        put(b, "collection", entry.collection);
        put(b, "metadata", entry.metadata);
        bson_append_int32(b, "size", -1, 0);
        put(b, "type", entry.type);
      });
    out += terminator;
    for (const auto& block : blocks) {
      out += bson([&](bson_t* b) {
        put(b, "db", block.db);
        put(b, "collection", block.collection);
        bson_append_bool(b, "EOF", -1, block.end);
        bson_append_int64(b, "CRC", -1, static_cast<std::int64_t>(block.crc));
        block.more(b);
      });
      for (const auto& one : block.documents) out += one;
      out += terminator;
    }
    return out + tail;
  }
};

std::string broken_rule(const std::string& bytes) {
  try {
    read_archive_strictly(bytes);
  } catch (const RuleBroken& broken) {
    return broken.what();
  }
  return "none";
}

void refuses(const std::string& rule, const std::function<void(Sample&)>& spoil) {
  Sample sample;
  spoil(sample);
  INFO("it ought to break: " << rule);
  CHECK(broken_rule(sample.bytes()).find(rule) != std::string::npos);
}

std::string changed(std::string text, const std::string& what, const std::string& with) {
  const auto at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), with);
}

void refuses_metadata(const std::string& rule, std::size_t entry, const std::string& what, const std::string& with) {
  refuses(rule, [&](Sample& s) { s.prelude[entry].metadata = changed(s.prelude[entry].metadata, what, with); });
}

}  // namespace

TEST_CASE("the strict reader takes an archive that keeps every rule, and counts it") {
  const auto dump = read_archive_strictly(Sample().bytes());
  CHECK(dump.server_version == "6.0.5");
  CHECK(dump.at("shop.fruits").documents == 3);
  CHECK(dump.at("shop.fruits").bytes == 3 * document(1).size());
  CHECK(dump.at("shop.warm").documents == 1);
  CHECK(dump.at("shop.cheap").documents == 0);
  CHECK(dump.finished ==
        std::vector<std::string>{"admin.system.version", "shop.fruits", "shop.warm", "shop.cheap", ".oplog"});
}

TEST_CASE("the strict reader refuses what breaks a rule of the header or of blocks") {
  refuses("rule 0", [](Sample& s) { s.magic = "\x81\x99\xe2\x6d"; });
  refuses("rule 1", [](Sample& s) { s.server_version = "6.0"; });
  refuses("rule 1", [](Sample& s) { s.server_version = ""; });
  refuses("version is not 0.1", [](Sample& s) { s.version = "0.2"; });
  refuses("rule 2: 'shop.cheap'", [](Sample& s) { s.blocks.erase(s.blocks.begin() + 8); });
  refuses("which the prelude does not name", [](Sample& s) { s.blocks[2].collection = "roots"; });
  refuses("after its EOF block", [](Sample& s) { s.blocks.insert(s.blocks.begin() + 7, s.blocks[2]); });
  refuses("rule 2: the bytes end inside", [](Sample& s) { s.tail = "\x05"; });
  refuses("rule 3: unknown key 'size'",
          [](Sample& s) { s.blocks[2].more = [](bson_t* b) { bson_append_int32(b, "size", -1, 0); }; });
  refuses("rule 3: documents in the EOF", [](Sample& s) { s.blocks[5].documents = {document(1)}; });
  refuses("rule 3: a CRC in the header of a segment", [](Sample& s) { s.blocks[2].crc = 1; });
  refuses("checksum", [](Sample& s) { s.blocks[5].crc++; });
  refuses("checksum", [](Sample& s) { std::swap(s.blocks[2].documents[0], s.blocks[2].documents[1]); });
  refuses("rule 4: 'admin.system.version'",
          [](Sample& s) { std::rotate(s.blocks.begin(), s.blocks.begin() + 2, s.blocks.begin() + 3); });
  refuses("rule 4: the oplog",
          [](Sample& s) { std::rotate(s.blocks.begin() + 7, s.blocks.begin() + 9, s.blocks.end()); });
  refuses("rule 4: database ''", [](Sample& s) { s.prelude[3].metadata = "{}"; });
  refuses("rule 5: 2 namespaces", [](Sample& s) { s.concurrent = 1; });
  refuses("rule 7", [](Sample& s) { s.blocks[3].collection = "warm"; });
  refuses("view: ", [](Sample& s) {
    s.blocks[7].documents = {document(1)};
    s.blocks[8].crc = crc_of({document(1)});
  });
  refuses("comes twice", [](Sample& s) { s.prelude.push_back(s.prelude[0]); });
}

TEST_CASE("the strict reader refuses documents that are too large or none") {
  refuses("rule 6", [](Sample& s) {
    s.blocks[2].documents[0] = bson([](bson_t* b) { put(b, "a", std::string(std::size_t{16} << 20, 'x')); });
  });
  refuses("no BSON", [](Sample& s) { s.blocks[2].documents[0][4] = '\x7e'; });
  refuses("no BSON", [](Sample& s) { s.blocks[2].documents[0].back() = 'x'; });
}

TEST_CASE("the strict reader refuses a CRC that is no int64") {
  // The type of the field stands before its name.
  const std::string good(
      "\x12"
      "CRC\0",
      5);
  const std::string bad(
      "\x01"
      "CRC\0",
      5);
  CHECK(broken_rule(changed(Sample().bytes(), good, bad)).find("rule 3: 'CRC' has type 1") != std::string::npos);
}

TEST_CASE("the strict reader refuses an archive that is cut anywhere") {
  const auto whole = Sample().bytes();
  for (std::size_t length = 0; length < whole.size(); length++) {
    INFO("cut to " << length << " of " << whole.size());
    CHECK(broken_rule(whole.substr(0, length)) != "none");
  }
}

TEST_CASE("the strict reader refuses metadata that is not as the official tool writes it") {
  refuses_metadata("no JSON object", 0, "{", "[");
  refuses_metadata("a relaxed number: 2", 0, R"({"$numberInt":"2"})", "2");
  refuses_metadata("'options' is empty", 0, R"("indexes")", R"("options":{},"indexes")");
  refuses_metadata("'indexes' is no list", 0, id_index, "null");
  refuses_metadata("an index says its namespace", 0, R"("name":)", R"("ns":"shop.fruits","name":)");
  refuses_metadata("an index has no 'name'", 0, R"("name":)", R"("nam":)");
  refuses_metadata("uuid is no 32", 0, "0a51a85d", "0a51a85d-");
  refuses_metadata("a view has a uuid", 1, R"("indexes":[])",
                   R"("indexes":[],"uuid":"0a51a85d90f04d59bb795576ababb8bb")");
  refuses_metadata("a view has indexes", 1, R"("indexes":[])", R"("indexes":)" + id_index);
  refuses_metadata("collectionName", 0, "\"fruits\"", "\"fruit\"");
  refuses_metadata("its type is", 0, R"("type":"collection")", R"("type":"view")");
  refuses_metadata("without its options", 2, R"("timeseries":{)", R"("time":{)");
  refuses("'shop.fruits' has no metadata", [](Sample& s) { s.prelude[0].metadata = ""; });
  refuses("unknown type", [](Sample& s) { s.prelude[0].type = "table"; });
}

TEST_CASE("two strictly read dumps differ by documents and their metadata, not by uuid and order") {
  Sample other;
  std::swap(other.prelude[0], other.prelude[1]);
  other.prelude[1].metadata = changed(other.prelude[1].metadata, "0a51a85d", "0badcafe");
  std::swap(other.blocks[2].documents[0], other.blocks[2].documents[1]);
  other.blocks[5].crc = crc_of({document(2), document(1), document(3)});
  const auto dump = read_archive_strictly(Sample().bytes());
  CHECK(differences(dump, read_archive_strictly(other.bytes())).empty());

  other.blocks[2].documents[0] = document(9);
  other.blocks[5].crc = crc_of({document(9), document(1), document(3)});
  CHECK(differences(dump, read_archive_strictly(other.bytes())) ==
        std::vector<std::string>{"shop.fruits: its documents differ"});
}
