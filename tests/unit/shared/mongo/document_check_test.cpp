#include "mongo/document_check.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/unit/support/sources.hpp"

using namespace sidekick::mongo;
using sidekick::test::Buffer;

namespace {

Buffer framed(const Buffer& elements) {
  Buffer out(4);
  out.insert(out.end(), elements.begin(), elements.end());
  out.push_back(0);
  put_frame_length(out.data(), static_cast<std::int32_t>(out.size()));
  return out;
}

Buffer element(std::uint8_t type, const Buffer& value) {
  Buffer out{type, 'k', 0};
  out.insert(out.end(), value.begin(), value.end());
  return out;
}

struct Case {
  const char* name;
  std::uint8_t type;
  Buffer value;
};

const std::vector<Case> sound{
    {"double", 0x01, Buffer(8)},
    {"string", 0x02, {2, 0, 0, 0, 'a', 0}},
    {"string with a zero in it", 0x02, {3, 0, 0, 0, 'a', 0, 0}},
    {"string that is no UTF-8", 0x02, {2, 0, 0, 0, 0xff, 0}},
    {"document", 0x03, {5, 0, 0, 0, 0}},
    {"array", 0x04, {5, 0, 0, 0, 0}},
    {"binary", 0x05, {2, 0, 0, 0, 0, 1, 2}},
    {"undefined", 0x06, {}},
    {"object id", 0x07, Buffer(12)},
    {"bool", 0x08, {1}},
    {"date", 0x09, Buffer(8)},
    {"null", 0x0a, {}},
    {"regular expression", 0x0b, {'a', 0, 'i', 0}},
    {"pointer", 0x0c, {1, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}},
    {"code", 0x0d, {1, 0, 0, 0, 0}},
    {"symbol", 0x0e, {1, 0, 0, 0, 0}},
    {"code with scope", 0x0f, {14, 0, 0, 0, 1, 0, 0, 0, 0, 5, 0, 0, 0, 0}},
    {"int32", 0x10, Buffer(4)},
    {"timestamp", 0x11, {1, 0, 0, 0, 0, 0, 0, 0}},
    {"int64", 0x12, Buffer(8)},
    {"decimal128", 0x13, Buffer(16)},
    {"max key", 0x7f, {}},
    {"min key", 0xff, {}},
};

const std::vector<Case> damaged{
    {"type 0", 0x00, {}},
    {"unknown type", 0x14, Buffer(8)},
    {"string of length 0", 0x02, {0, 0, 0, 0, 0}},
    {"string of negative length", 0x02, {0xff, 0xff, 0xff, 0xff, 0}},
    {"string longer than the document", 0x02, {9, 0, 0, 0, 'a', 0}},
    {"string without terminator", 0x02, {2, 0, 0, 0, 'a', 'b'}},
    {"document shorter than 5", 0x03, {4, 0, 0, 0, 0}},
    {"document longer than its parent", 0x03, {50, 0, 0, 0, 0}},
    {"document without terminator", 0x03, {5, 0, 0, 0, 1}},
    {"array of negative length", 0x04, {0, 0, 0, 0x80, 0}},
    {"binary longer than the document", 0x05, {3, 0, 0, 0, 0, 1, 2}},
    {"binary of negative length", 0x05, {0xff, 0xff, 0xff, 0xff, 0}},
    {"regular expression without flags", 0x0b, {'a', 0}},
    {"pointer without its id", 0x0c, {1, 0, 0, 0, 0, 1, 2}},
    {"code with scope of a wrong length", 0x0f, {15, 0, 0, 0, 1, 0, 0, 0, 0, 5, 0, 0, 0, 0}},
    {"code with scope too short", 0x0f, {13, 0, 0, 0, 1, 0, 0, 0, 0, 5, 0, 0, 0, 0}},
    {"date cut short", 0x09, Buffer(7)},
    {"decimal128 cut short", 0x13, Buffer(15)},
    {"object id cut short", 0x07, Buffer(11)},
};

Buffer nested(int depth) {
  auto out = framed({});
  for (int i = 0; i < depth; i++) out = framed(element(0x03, out));
  return out;
}

}  // namespace

TEST_CASE("a document with an element of each type is sound") {
  Buffer all;
  for (const auto& c : sound) {
    INFO(c.name);
    const auto one = element(c.type, c.value);
    all.insert(all.end(), one.begin(), one.end());
    CHECK_FALSE(check_document(framed(one)).flaw_at);
    CHECK_FALSE(check_document(framed(element(0x04, framed(one)))).flaw_at);
  }
  CHECK_FALSE(check_document(framed(all)).flaw_at);
}

TEST_CASE("each kind of damage is a flaw that lies inside the document") {
  for (const auto& c : damaged) {
    INFO(c.name);
    const auto document = framed(element(c.type, c.value));
    const auto facts = check_document(document);
    REQUIRE(facts.flaw_at);
    CHECK(*facts.flaw_at < document.size());
    CHECK(check_document(framed(element(0x03, document))).flaw_at);
  }
}

TEST_CASE("a document whose frame lies about its length is a flaw") {
  const auto good = framed(element(0x10, Buffer(4)));
  for (int size = -1; size < 40; size++) {
    auto document = good;
    put_frame_length(document.data(), size);
    INFO("length " << size << " of " << document.size());
    CHECK(check_document(document).flaw_at.has_value() == (static_cast<std::size_t>(size) != good.size()));
  }
}

TEST_CASE("no prefix of a sound document is sound") {
  Buffer all;
  for (const auto& c : sound) {
    const auto one = element(c.type, c.value);
    all.insert(all.end(), one.begin(), one.end());
  }
  const auto document = framed(all);
  for (std::size_t size = 0; size < document.size(); size++) {
    INFO("size " << size);
    CHECK(check_document(Bytes(document).first(size)).flaw_at);
    Buffer relabelled(document.begin(), document.begin() + static_cast<std::ptrdiff_t>(size));
    if (size < 5) continue;
    put_frame_length(relabelled.data(), static_cast<std::int32_t>(size));
    // It may end by chance where an element does and the next byte is a zero; else it is a flaw.
    if (relabelled.back() != 0) CHECK(check_document(relabelled).flaw_at);
  }
}

TEST_CASE("documents nest to a depth of 256 and no further") {
  CHECK_FALSE(check_document(nested(256)).flaw_at);
  CHECK(check_document(nested(257)).flaw_at);
  CHECK(check_document(nested(20'000)).flaw_at);
}

TEST_CASE("only a top-level zero timestamp that is not the id is told") {
  const auto zero = element(0x11, Buffer(8));
  CHECK(check_document(framed(zero)).zero_timestamp);
  CHECK_FALSE(check_document(framed(element(0x03, framed(zero)))).zero_timestamp);
  CHECK_FALSE(check_document(framed(element(0x11, {1, 0, 0, 0, 0, 0, 0, 0}))).zero_timestamp);
  Buffer id{0x11, '_', 'i', 'd', 0, 0, 0, 0, 0, 0, 0, 0, 0};
  CHECK_FALSE(check_document(framed(id)).zero_timestamp);
}
