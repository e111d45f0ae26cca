#include "mongo/folder_reader.hpp"

#include <catch2/catch_test_macros.hpp>
#include <zlib.h>

#include <filesystem>
#include <map>

#include "tests/support/temp_dir.hpp"
#include "tests/unit/support/errors.hpp"
#include "tests/unit/support/sources.hpp"

using namespace sidekick;
using namespace sidekick::mongo;
using namespace sidekick::test;

namespace {

std::string document(std::int32_t id) {
  const auto out = Bson().append("_id", id);
  return {out.bytes().begin(), out.bytes().end()};
}

void put(const TempDir& folder, const std::string& name, const std::string& content) {
  std::filesystem::create_directories((folder / name).parent_path());
  write_file(folder / name, content);
}

void put_gzip(const TempDir& folder, const std::string& name, const std::string& content) {
  std::filesystem::create_directories((folder / name).parent_path());
  const auto file = gzopen((folder / name).c_str(), "wb");
  REQUIRE(gzwrite(file, content.data(), static_cast<unsigned>(content.size())) == static_cast<int>(content.size()));
  REQUIRE(gzclose(file) == Z_OK);
}

FolderDump list(const TempDir& folder, const std::string& inner = "", const std::string& db = "") {
  return list_folder({(folder / inner).string(), db, "", ""}, CancelToken());
}

/// How many documents each collection has.
std::map<std::string, int> counts(FolderDump dump) {
  FolderReader reader(std::move(dump), CancelToken());
  std::map<std::string, int> out;
  for (const auto& collection : reader.collections()) out[collection.ns.text()] = 0;
  for (auto event = reader.next(); event.kind != DumpEvent::Kind::end; event = reader.next()) {
    if (event.kind != DumpEvent::Kind::document) continue;
    Buffer bytes(event.bytes);
    reader.read_document(bytes);
    out[reader.collections()[event.collection].ns.text()]++;
  }
  CHECK(reader.position() == reader.size());
  return out;
}

using Counts = std::map<std::string, int>;

}  // namespace

TEST_CASE("a folder gives every collection, view, time series and the oplog, compressed or not") {
  const TempDir folder;
  put(folder, "shop/fruits.bson", document(1) + document(2));
  put(folder, "shop/fruits.metadata.json", R"({"indexes":[],"type":"collection"})");
  put_gzip(folder, "shop/a+b%2Fc.bson.gz", document(3));
  put_gzip(folder, "shop/a+b%2Fc.metadata.json.gz", "{}");
  put(folder, "shop/cheap.metadata.json", R"({"options":{"viewOn":"fruits"},"type":"view"})");
  put(folder, "shop/heat.metadata.json", R"({"options":{"timeseries":{}},"type":"timeseries"})");
  put(folder, "shop/system.buckets.heat.bson", document(4));
  put(folder, "shop/$admin.system.users.bson", document(5));
  put_gzip(folder, "oplog.bson", document(6) + document(7));
  put(folder, "prelude.json", R"({"ServerVersion":"6.0.5","ToolVersion":"x"})");
  const auto dump = list(folder);
  CHECK(dump.server_version == "6.0.5");
  CHECK(dump.entries.back().collection.ns == Namespace{"", "oplog"});
  CHECK(counts(dump) == Counts{{"shop.fruits", 2},
                               {"shop.a b/c", 1},
                               {"shop.cheap", 0},
                               {"shop.heat", 1},
                               {"shop.$admin.system.users", 1},
                               {".oplog", 2}});
  for (const auto& entry : dump.entries)
    if (entry.collection.ns.collection == "heat") CHECK(entry.collection.type == "timeseries");
}

TEST_CASE("a name that was cut is told by its metadata, and without that it is damage") {
  const TempDir folder;
  const std::string cut(206, 'x');
  put(folder, "d/" + cut + "%2%24hash.bson", document(1));
  const auto error = error_of([&] { list(folder); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::data);
  put(folder, "d/" + cut + "%2%24hash.metadata.json", R"({"collectionName":"the whole name"})");
  CHECK(counts(list(folder)) == Counts{{"d.the whole name", 1}});
}

TEST_CASE("a file is known by its name") {
  using Kind = FileName::Kind;
  const auto is = [](const char* file, Kind kind, const char* stem) {
    const auto name = parse_file_name(file);
    INFO(file);
    CHECK(name.kind == kind);
    CHECK(name.stem == stem);
  };
  is("a.b.bson", Kind::documents, "a.b");
  is("a.bson.gz", Kind::documents, "a");
  is("a.bin.zst", Kind::documents, "a");
  is("a.metadata.json.gz", Kind::metadata, "a");
  is("a.bson.bz2", Kind::other_documents, "a");
  is("a.bson.gz.part", Kind::other_documents, "a");
  is("a.bson~", Kind::other_documents, "a");
  is("a.bson.bson", Kind::documents, "a.bson");
  is("a.metadata.json.xz", Kind::other_metadata, "a");
  for (const char* file : {"._a.bson", ".bson", "bson", "a.bsonx", "a.json", "a.gz", ""}) is(file, Kind::foreign, "");
}

TEST_CASE("a collection whose file was renamed is called as its file is") {
  const TempDir folder;
  put(folder, "d/fresh.bson", document(1));
  put(folder, "d/fresh.metadata.json", R"({"collectionName":"old"})");
  CHECK(counts(list(folder)) == Counts{{"d.fresh", 1}});
}

TEST_CASE("one database or one file of a dump can be given alone") {
  const TempDir folder;
  put(folder, "shop/fruits.bson", document(1));
  put(folder, "shop/fruits.metadata.json", R"({"options":{"capped":true}})");
  put(folder, "farm/x.bson", document(1));
  CHECK(counts(list(folder, "shop", "elsewhere")) == Counts{{"elsewhere.fruits", 1}});
  CHECK(counts(list(folder, "", "shop")) == Counts{{"shop.fruits", 1}});
  CHECK(error_of([&] { list(folder, "shop"); })->kind() == ErrorKind::usage);
  const auto file = list(folder, "shop/fruits.bson");
  REQUIRE(file.entries.size() == 1);
  CHECK(file.entries[0].collection.ns == Namespace{"shop", "fruits"});
  CHECK_FALSE(file.entries[0].collection.metadata.empty());
  const auto named = list_folder({(folder / "shop/fruits.bson").string(), "a", "b", ""}, CancelToken());
  CHECK(counts(named) == Counts{{"a.b", 1}});
}

TEST_CASE("what is no dump is no input") {
  const TempDir folder;
  put(folder, "text.txt", "x");
  std::filesystem::create_directories(folder / "empty");
  for (const char* path : {"none", "text.txt", "empty"}) {
    INFO(path);
    CHECK(error_of([&] { list(folder, path); })->kind() == ErrorKind::no_input);
  }
}

TEST_CASE("a folder given as one database names the one below it") {
  const TempDir folder;
  put(folder, "dump/shop/fruits.bson", document(1));
  for (const char* given : {"dump", "dump/"}) {
    const auto error = error_of([&] { list(folder, given, "other"); });
    REQUIRE(error);
    CHECK(mentions(*error, "give '" + (folder / given / "shop").string() + "'"));
  }
  CHECK(mentions(*error_of([&] { list(folder); }), "give '" + (folder / "dump").string() + "'"));
}

TEST_CASE("a file that is damaged is told by its name, its collection and the offset") {
  const auto whole = document(1) + document(2);
  for (std::size_t size = 1; size < whole.size(); size++) {
    if (size == document(1).size()) continue;
    const TempDir folder;
    put(folder, "d/c.bson", whole.substr(0, size));
    INFO("size " << size);
    const auto error = error_of([&] { counts(list(folder)); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
    CHECK(mentions(*error, "'d.c'"));
    CHECK(mentions(*error, "c.bson"));
    CHECK(mentions(*error, "offset "));
  }
  const TempDir folder;
  put(folder, "d/c.bson", document(1) + std::string(4, '\x7f'));
  CHECK(mentions(*error_of([&] { counts(list(folder)); }), "offset " + std::to_string(document(1).size())));
}

TEST_CASE("names are unescaped as Go escapes them") {
  CHECK(unescape_name("a+b%2fC%2F%24") == "a b/C/$");
  CHECK(unescape_name("%C3%A4") == "ä");
  CHECK(unescape_name("") == "");
  for (const char* cut : {"%", "%2", "a%2", "%g0", "%0g", "%%%"}) CHECK_FALSE(unescape_name(cut));
}

TEST_CASE("frames are read across the edges of what the stream gives, and their offsets counted") {
  const auto text = document(1) + document(2);
  const Buffer bytes(text.begin(), text.end());
  for (std::size_t step = 1; step <= bytes.size(); step++) {
    FrameReader frames(std::make_unique<MemorySource>(bytes, step));
    const auto length = frames.read_length();
    REQUIRE(length == static_cast<std::int32_t>(document(1).size()));
    CHECK(frames.offset() == 4);
    Buffer rest(bytes.size());
    CHECK(frames.read(rest) == bytes.size() - 4);
    CHECK(frames.offset() == bytes.size());
    CHECK_FALSE(frames.read_length());
    CHECK_FALSE(frames.ended_inside());
  }
  FrameReader cut(std::make_unique<MemorySource>(Buffer{5, 0, 0}));
  CHECK_FALSE(cut.read_length());
  CHECK(cut.ended_inside());
  FrameReader large(std::make_unique<MemorySource>(Buffer(1'000'000, 7), 1000));
  Buffer into(900'000);
  CHECK(large.read(std::span(into).first(10)) == 10);
  CHECK(large.read(into) == into.size());
  CHECK(into.back() == 7);
}
