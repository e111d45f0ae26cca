// A document that the server refuses is refused alone, also where the server refuses the whole command because of it.
#include <bson/bson.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <set>

#include "tests/support/archive_writer.hpp"
#include "tests/support/mongod.hpp"
#include "tests/support/sidekick.hpp"
#include "tests/support/temp_dir.hpp"

using namespace sidekick::test;

namespace {

using Document = std::vector<std::uint8_t>;

class Builder final {
 public:
  explicit Builder(int id) {
    bson_init(&b_);
    BSON_APPEND_INT32(&b_, "_id", id);
  }
  ~Builder() { bson_destroy(&b_); }
  Builder(const Builder&) = delete;
  Builder& operator=(const Builder&) = delete;

  Builder& nested(int levels) {
    bson_t inner = BSON_INITIALIZER;
    for (int i = 0; i < levels; i++) {
      bson_t outer = BSON_INITIALIZER;
      BSON_APPEND_DOCUMENT(&outer, "a", &inner);
      bson_destroy(&inner);
      bson_copy_to(&outer, &inner);
      bson_destroy(&outer);
    }
    BSON_APPEND_DOCUMENT(&b_, "nested", &inner);
    bson_destroy(&inner);
    return *this;
  }
  Builder& zero_timestamp() {
    BSON_APPEND_TIMESTAMP(&b_, "at", 0, 0);
    return *this;
  }
  Document bytes() const { return {bson_get_data(&b_), bson_get_data(&b_) + b_.len}; }

 private:
  bson_t b_;
};

constexpr int count = 200;

/// Numbers 0 to 199, of which 0, 100, 101 and 199 are refused.
bool is_bad(int id) {
  return id == 0 || id == 100 || id == 101 || id == 199;
}

struct Kind {
  std::string name;
  int levels;
  bool zero_timestamps;
};

Document document(int id, const Kind& kind) {
  Builder builder(id);
  if (kind.zero_timestamps) builder.zero_timestamp();
  if (is_bad(id)) builder.nested(kind.levels);
  return builder.bytes();
}

void write_archive(const std::filesystem::path& path, const Kind& kind, const std::string& options) {
  ArchiveWriter archive(path);
  archive.promise("deep", "documents", options, {});
  archive.end_prelude();
  ArchiveWriter::Documents documents;
  for (int id = 0; id < count; id++) documents.push_back(document(id, kind));
  archive.segment("deep", "documents", documents);
  archive.end("deep", "documents");
  archive.close();
}

void check(const Mongod& server, const Finished& finished) {
  CHECK(finished.exit_code == 65);
  REQUIRE(error_lines(finished).size() == 1);
  CHECK(error_lines(finished)[0].find("4 documents of 200 documents not stored") != std::string::npos);
  const auto stored = server.client().documents("deep", {{"find", "documents"}});
  REQUIRE(stored.size() == count - 4);
  std::set<std::int64_t> ids;
  for (const auto& one : stored) ids.insert(integer(one.at("_id")));
  for (int id = 0; id < count; id++) CHECK(ids.contains(id) == !is_bad(id));
}

}  // namespace

TEST_CASE("a document that is nested too deep is refused alone") {
  const std::string version = GENERATE("4.4.2", "6.0.5", "6.0.27");
  const Mongod server({.version = version});
  const std::vector<Kind> kinds{{"that makes a server refuse the whole command", 230, false},
                                {"that a server refuses by itself", 190, false},
                                {"beside timestamps of zero", 230, true}};
  for (const auto& kind : kinds)
    for (const std::string options : {"{}", R"({"capped":true,"size":{"$numberInt":"1048576"}})"}) {
      const TempDir folder;
      write_archive(folder / "deep.archive", kind, options);
      server.client().command("deep", R"({"dropDatabase":1})");
      for (int run = 1; run <= 2; run++) {
        const auto finished =
            restore({"--uri=" + server.uri(), "--workers=1", "--archive=" + (folder / "deep.archive").string()});
        INFO(version << ", one " << kind.name << ", " << options << ", run " << run << ": " << finished.describe());
        check(server, finished);
      }
    }
}

TEST_CASE("a document that is nested too deep does not keep others from being replaced") {
  const TempDir folder;
  write_archive(folder / "deep.archive", {"", 230, false}, "{}");
  const Mongod server;
  for (int id = 0; id < count; id++)
    server.client().command("deep", R"({"insert":"documents","documents":[{"_id":{"$numberInt":")" +
                                        std::to_string(id) + R"("},"old":true}]})");
  const auto finished =
      restore({"--uri=" + server.uri(), "--on-duplicate=replace", "--archive=" + (folder / "deep.archive").string()});
  INFO(finished.describe());
  CHECK(finished.exit_code == 65);
  CHECK(server.client().documents("deep", {{"find", "documents"}, {"filter", {{"old", true}}}}).size() == 4);
}

TEST_CASE("the flag --stopOnError ends at a document that is nested too deep") {
  const TempDir folder;
  write_archive(folder / "deep.archive", {"", 230, false}, "{}");
  const Mongod server;
  const auto finished = restore(
      {"--uri=" + server.uri(), "--stopOnError", "--workers=1", "--archive=" + (folder / "deep.archive").string()});
  INFO(finished.describe());
  CHECK(finished.exit_code == 65);
}

TEST_CASE("an index that the server refuses does not keep the others of its collection from being built") {
  const TempDir folder;
  ArchiveWriter archive(folder / "twice.archive");
  archive.promise("deep", "documents", "{}",
                  {R"({"v":{"$numberInt":"2"},"key":{"at":{"$numberInt":"1"}},"name":"refused","unique":true})",
                   R"({"v":{"$numberInt":"2"},"key":{"other":{"$numberInt":"1"}},"name":"built"})"});
  archive.end_prelude();
  archive.segment("deep", "documents", {document(1, {"", 1, false}), document(2, {"", 1, false})});
  archive.end("deep", "documents");
  archive.close();
  const Mongod server;
  const auto finished = restore({"--uri=" + server.uri(), "--archive=" + (folder / "twice.archive").string()});
  INFO(finished.describe());
  CHECK(finished.exit_code == 65);
  const auto indexes = server.client().documents("deep", {{"listIndexes", "documents"}});
  REQUIRE(indexes.size() == 2);
  CHECK(indexes[1].at("name") == "built");
}
