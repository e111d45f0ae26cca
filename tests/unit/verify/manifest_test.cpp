// A stored backup and the manifest beside it, verified as a user does.
#include "storage/manifest.hpp"

#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <functional>

#include "backup/dir_source.hpp"
#include "filters/digest.hpp"
#include "mongo/bson.hpp"
#include "tests/support/archive_writer.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/backup/surroundings.hpp"
#include "tests/unit/support/call.hpp"
#include "tests/unit/support/sinks.hpp"
#include "tests/unit/support/sources.hpp"

using namespace sidekick;
using namespace sidekick::test;

namespace {

Buffer document(std::int32_t id) {
  const auto made = mongo::Bson().append("_id", id);
  return {made.bytes().begin(), made.bytes().end()};
}

/// A backup of three documents in two namespaces, and a manifest that is true.
class StoredBackup {
 public:
  StoredBackup() {
    ArchiveWriter writer(path());
    writer.promise("shop", "fruits", "{}", {});
    writer.promise("shop", "prices", "{}", {});
    writer.promise("", "oplog", "{}", {});
    writer.end_prelude();
    writer.segment("shop", "fruits", {document(1), document(2)});
    writer.end("shop", "fruits");
    writer.segment("shop", "prices", {document(3)});
    writer.end("shop", "prices");
    writer.segment("", "oplog", {document(4)});
    writer.end("", "oplog");
    writer.close();
    const auto bytes = file_bytes(path());
    filters::Sha256 digest;
    digest.update(bytes);
    manifest.name = path().filename();
    manifest.job = "shop";
    manifest.kind = "mongodb";
    manifest.bytes = bytes.size();
    manifest.sha256 = digest.hex();
    manifest.compression = "gzip";
    manifest.items = 3;
    manifest.unit = "documents";
    manifest.collections = {{"shop.prices", 1}, {"shop.fruits", 2}};
    manifest.oplog = true;
  }

  std::filesystem::path path() const { return folder_ / "shop-20261121T031500Z-0badcafe.mongodb.archive.gz"; }
  std::filesystem::path manifest_path() const { return path().string() + ".json"; }

  Ended verify() const {
    write_file(manifest_path(), storage::to_json(manifest));
    return call({"sidekick", "verify", "--json", path().string()});
  }

  storage::Manifest manifest;

 private:
  TempDir folder_;
};

void check_refused(const std::string& said, const std::function<void(storage::Manifest&)>& change) {
  StoredBackup backup;
  change(backup.manifest);
  const auto ended = backup.verify();
  INFO(ended.err);
  CHECK(ended.code == 65);
  CHECK(ended.out.empty());
  CHECK(ended.err.find(said) != std::string::npos);
}

}  // namespace

TEST_CASE("a backup that is what its manifest says is whole, and says that it was compared") {
  const StoredBackup backup;
  const auto ended = backup.verify();
  INFO(ended.err);
  CHECK(ended.code == 0);
  CHECK(ended.out.find(R"("manifest":true)") != std::string::npos);
  CHECK(ended.out.find(backup.manifest.sha256) != std::string::npos);
}

TEST_CASE("a backup that differs from its manifest is refused with what differs") {
  check_refused("its bytes are", [](storage::Manifest& m) { m.bytes++; });
  check_refused("its sha256 is", [](storage::Manifest& m) { m.sha256 = std::string(64, '0'); });
  check_refused("encrypted", [](storage::Manifest& m) { m.encrypted = true; });
  check_refused("its documents are 3 instead of 4", [](storage::Manifest& m) { m.items = 4; });
  check_refused("'shop.fruits'", [](storage::Manifest& m) { m.collections[1].count = 3; });
  check_refused("'shop.roots' is missing", [](storage::Manifest& m) { m.collections.push_back({"shop.roots", 0}); });
  check_refused("'shop.fruits' is there", [](storage::Manifest& m) { m.collections.pop_back(); });
}

TEST_CASE("what a command wrote is compared with its manifest, whatever it is, and without one it is no backup") {
  StoredBackup backup;
  write_file(backup.path(), "CREATE TABLE fruits;");
  CHECK(call({"sidekick", "verify", backup.path().string()}).code == 65);
  filters::Sha256 digest;
  digest.update(file_bytes(backup.path()));
  backup.manifest.sha256 = digest.hex();
  backup.manifest.bytes = 20;
  backup.manifest.kind = "exec";
  backup.manifest.items = 0;
  backup.manifest.unit = "";
  backup.manifest.collections.clear();
  const auto ended = backup.verify();
  INFO(ended.err);
  CHECK(ended.code == 0);
  CHECK(ended.out.find(R"("form":"output")") != std::string::npos);
  write_file(backup.path(), "CREATE TABLE fruit;;");
  CHECK(backup.verify().code == 65);
}

TEST_CASE("a file beside an archive that is no manifest is passed over, but not beside what is named as a backup") {
  const StoredBackup backup;
  write_file(backup.manifest_path(), "{\"some\":\"thing\"}");
  CHECK(call({"sidekick", "verify", backup.path().string()}).code == 65);
  const TempDir folder;
  std::filesystem::copy_file(backup.path(), folder / "a.archive");
  write_file(folder / "a.archive.json", "{\"some\":\"thing\"}");
  const auto ended = call({"sidekick", "verify", (folder / "a.archive").string()});
  CHECK(ended.code == 0);
  CHECK(ended.err.find("not a manifest") != std::string::npos);
}

TEST_CASE("the backup of a folder is proven and its files are counted, and one that is cut is told") {
  const TempDir folder;
  std::filesystem::create_directory(folder / "data");
  write_file(folder / "data/one", "1");
  write_file(folder / "data/two", std::string(3000, '2'));
  Surroundings around;
  MemorySink tar;
  backup::DirSource(folder / "data", backup::EmptySource::refused).write_to(tar, around.context);
  const std::string bytes(tar.bytes.begin(), tar.bytes.end());
  const auto path = (folder / "data.tar").string();
  write_file(path, bytes);
  const auto whole = call({"sidekick", "verify", "--json", path});
  INFO(whole.err);
  CHECK(whole.code == 0);
  CHECK(whole.out.find(R"("form":"tar")") != std::string::npos);
  CHECK(whole.out.find(R"("files":2,)") != std::string::npos);

  write_file(path, bytes.substr(0, bytes.size() - 600));
  CHECK(call({"sidekick", "verify", path}).code == 65);
}
