#include <catch2/catch_test_macros.hpp>

#include <cstring>

#include "dump/cursor.hpp"
#include "dump/oplog.hpp"
#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::dump;
using mongo::Bson;

namespace {

/// The array of a reply, in memory of its own.
Batch batch_of(const Bson& reply, std::size_t cut = 0) {
  const auto bytes = reply.bytes();
  auto* copy = static_cast<std::uint8_t*>(bson_malloc(bytes.size()));
  std::memcpy(copy, bytes.data(), bytes.size());
  return compacted(Handle<std::uint8_t, bson_free>(copy), {copy, bytes.size() - cut});
}

Bson array(const std::vector<Bson>& documents) {
  Bson out;
  for (std::size_t i = 0; i < documents.size(); i++) out.append(std::to_string(i), documents[i]);
  return out;
}

Bson document(int id, std::size_t padding) {
  return std::move(Bson().append("_id", id).append("pad", std::string(padding, 'p')));
}

Batch entry(const std::string& json) {
  return batch_of(array({Bson::from_json(json, "it")}));
}

}  // namespace

TEST_CASE("the documents of a batch are moved together without a byte between them") {
  std::vector<Bson> documents;
  std::vector<std::uint8_t> wanted;
  for (int i = 0; i < 1200; i++) {
    documents.push_back(document(i, static_cast<std::size_t>(i % 37)));
    wanted.insert(wanted.end(), documents.back().bytes().begin(), documents.back().bytes().end());
  }
  const auto batch = batch_of(array(documents));
  CHECK(batch.count == 1200);
  CHECK(batch.largest == document(36, 36).bytes().size());
  CHECK(std::vector<std::uint8_t>(batch.documents.begin(), batch.documents.end()) == wanted);
}

TEST_CASE("an empty batch has no documents") {
  CHECK(batch_of(Bson()).count == 0);
}

TEST_CASE("a batch that is cut or holds something else is an error") {
  const auto whole = array({document(1, 20), document(2, 20)});
  for (std::size_t cut = 2; cut < whole.bytes().size() - 5; cut++) {
    CAPTURE(cut);
    const auto error = test::error_of([&] { batch_of(whole, cut); });
    // A cut between two documents cannot be told from their end.
    if (error)
      CHECK(error->kind() == ErrorKind::data);
    else
      CHECK(whole.bytes().size() - cut == 4 + 3 + document(1, 20).bytes().size());
  }
  CHECK(test::error_of([] { batch_of(Bson().append("0", "text")); }));
}

TEST_CASE("an oplog with ordinary entries can be used") {
  check_entries(entry(R"({"op":"i","ns":"a.b","o":{"_id":1,"renameCollection":"x"}})"));
  check_entries(entry(R"({"op":"n","ns":"admin.system.version","o":{}})"));
  check_entries(entry(R"({"op":"c","ns":"a.$cmd","o":{"create":"b"}})"));
}

TEST_CASE("an oplog with an entry that no restore can apply is an error") {
  for (const std::string json : {R"({"op":"c","ns":"a.$cmd","o":{"renameCollection":"a.b","to":"a.c"}})",
                                 R"({"op":"c","ns":"a.$cmd","o":{"importCollection":"a.b"}})",
                                 R"({"op":"u","ns":"admin.system.version","o":{"_id":1}})",
                                 R"({"op":"c","ns":"config.$cmd","o":{"create":"reshardingOperations"}})"}) {
    CAPTURE(json);
    const auto error = test::error_of([&] { check_entries(entry(json)); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
  }
}
