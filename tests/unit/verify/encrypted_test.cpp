// Backups that age(1) encrypted, verified as a user does.
#include <catch2/catch_test_macros.hpp>

#include <string>

#include "mongo/bson.hpp"
#include "tests/support/archive_writer.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/support/call.hpp"

using namespace sidekick;
using namespace sidekick::test;

namespace {

std::vector<std::uint8_t> document(std::int32_t id) {
  const auto made = mongo::Bson().append("_id", id);
  return {made.bytes().begin(), made.bytes().end()};
}

void write_archive(const std::string& path) {
  ArchiveWriter writer(path);
  writer.promise("shop", "fruits", "{}", {});
  writer.end_prelude();
  writer.segment("shop", "fruits", {document(1), document(2), document(3)});
  writer.end("shop", "fruits");
  writer.close();
}

/// An archive encrypted for a key that was made for it.
class Encrypted {
 public:
  Encrypted() {
    if (test::run({.words = {"age-keygen", "-o", key()}}, 10s).exit_code != 0) SKIP("there is no age-keygen");
    const auto plain = in_folder("shop.archive.gz");
    write_archive(plain);
    const auto made = test::run({.words = {"age", "-e", "-i", key(), "-o", path(), plain}}, 10s);
    INFO(made.describe());
    REQUIRE(made.exit_code == 0);
  }

  std::string key() const { return folder_ / "key"; }
  std::string path() const { return folder_ / "shop.archive.gz.age"; }
  std::string in_folder(const std::string& name) const { return folder_ / name; }

 private:
  TempDir folder_;
};

}  // namespace

TEST_CASE("an encrypted backup is proven with the key that opens it, and not without") {
  const Encrypted backup;
  const auto opened = call({"sidekick", "verify", "--json", "--identity-file=" + backup.key(), backup.path()});
  INFO(opened.err);
  CHECK(opened.code == 0);
  CHECK(opened.out.find(R"("compression":"gzip","encrypted":true)") != std::string::npos);
  CHECK(opened.out.find(R"({"ns":"shop.fruits","type":"collection","documents":3,"bytes":42})") != std::string::npos);

  const auto closed = call({"sidekick", "verify", backup.path()});
  CHECK(closed.code == 78);
  CHECK(closed.err.find("--identity-file") != std::string::npos);

  const auto other = backup.in_folder("other");
  REQUIRE(test::run({.words = {"age-keygen", "-o", other}}, 10s).exit_code == 0);
  CHECK(call({"sidekick", "verify", "--identity-file=" + other, backup.path()}).code == 77);
}

TEST_CASE("every byte that is changed in an encrypted backup is found") {
  const Encrypted backup;
  const auto whole = read_file(backup.path());
  const auto changed = backup.in_folder("changed");
  for (std::size_t at = 0; at < whole.size(); at += 7) {
    auto bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 4);
    write_file(changed, bytes);
    const auto ended = call({"sidekick", "verify", "--identity-file=" + backup.key(), changed});
    INFO("byte " << at << ": " << ended.err);
    CHECK(ended.code != 0);
  }
}
