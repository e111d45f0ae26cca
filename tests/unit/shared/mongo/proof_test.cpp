#include "mongo/proof.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/support/archive_writer.hpp"
#include "tests/unit/support/errors.hpp"
#include "tests/unit/support/sources.hpp"

using namespace sidekick;
using namespace sidekick::mongo;
using namespace sidekick::test;

namespace {

Buffer document(std::int32_t id) {
  const auto made = Bson().append("_id", id);
  return {made.bytes().begin(), made.bytes().end()};
}

Buffer archive_with_oplog() {
  const TempDir folder;
  ArchiveWriter writer(folder / "a.archive");
  writer.promise("shop", "fruits", "{}", {});
  writer.promise("shop", "empty", "{}", {});
  writer.promise("", "oplog", "{}", {});
  writer.end_prelude();
  writer.segment("shop", "fruits", {document(1), document(2)});
  writer.end("shop", "empty");
  writer.segment("shop", "fruits", {document(3)});
  writer.end("shop", "fruits");
  writer.segment("", "oplog", {document(4)});
  writer.end("", "oplog");
  writer.close();
  return file_bytes(folder / "a.archive");
}

}  // namespace

TEST_CASE("a proof counts documents and bytes of each namespace and the oplog apart") {
  MemoryArchive archive(archive_with_oplog());
  const auto proof = prove(*archive);
  REQUIRE(proof.namespaces.size() == 3);
  CHECK(proof.namespaces[0].ns.text() == "shop.fruits");
  CHECK(proof.namespaces[0].type == "collection");
  CHECK(proof.namespaces[0].documents == 3);
  CHECK(proof.namespaces[0].bytes == 3 * document(1).size());
  CHECK(proof.namespaces[1].documents == 0);
  CHECK(proof.namespaces[2].documents == 1);
  CHECK(proof.documents == 3);
  CHECK(proof.bytes == 3 * document(1).size());
  CHECK(proof.oplog);
  CHECK(proof.server_version == "6.0.5");
}

TEST_CASE("a proof fails for an archive that is cut anywhere") {
  const auto whole = archive_with_oplog();
  for (std::size_t length = 0; length < whole.size(); length++) {
    INFO("cut to " << length << " of " << whole.size());
    const auto error = error_of([&] {
      MemoryArchive archive(Buffer(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
      prove(*archive);
    });
    REQUIRE(error);
    CHECK(error->kind() == (length == 0 ? ErrorKind::no_input : ErrorKind::data));
  }
}
