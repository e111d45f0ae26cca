#include "sidekick/lines.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using namespace sidekick;

namespace {

/// "text", or "text/2" for a part and "text/3." for the last one.
std::vector<std::string> cut(std::size_t max_bytes, const std::vector<std::string>& pieces) {
  std::vector<std::string> out;
  LineCutter cutter(max_bytes, [&](const Line& line) {
    out.emplace_back(line.text);
    if (line.part > 0) out.back() += "/" + std::to_string(line.part) + (line.is_last ? "." : "");
  });
  for (const auto& piece : pieces) cutter.add(piece);
  cutter.finish();
  return out;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a stream is cut into lines wherever its pieces end") {
  CHECK(cut(100, {"one\ntwo\n"}) == Lines{"one", "two"});
  CHECK(cut(100, {"o", "ne\nt", "w", "o\n"}) == Lines{"one", "two"});
  CHECK(cut(100, {"\n\n", "x", "\n"}) == Lines{"", "", "x"});
  CHECK(cut(100, {"a\r\nb"}) == Lines{"a", "b"});
  CHECK(cut(100, {}) == Lines{});
}

TEST_CASE("an incomplete last line is a line") {
  CHECK(cut(100, {"one\nhal", "f"}) == Lines{"one", "half"});
}

TEST_CASE("a long line comes in parts, and the last part is marked") {
  CHECK(cut(4, {"abcdefghij\nkl\n"}) == Lines{"abcd/1", "efgh/2", "ij/3.", "kl"});
  CHECK(cut(4, {"abc", "defghij", "\nkl"}) == Lines{"abcd/1", "efgh/2", "ij/3.", "kl"});
  CHECK(cut(4, {"abcd\n"}) == Lines{"abcd"});
}

TEST_CASE("escaped characters count with their escaped size") {
  CHECK(cut(6, {"\"\"\"\"\n"}) == Lines{"\"\"\"/1", "\"/2."});
  CHECK(cut(6, {"\x1b\x1b\n"}) == Lines{"\x1b/1", "\x1b/2."});
  CHECK(cut(3, {"\x1b\x1b\n"}) == Lines{"\x1b/1", "\x1b/2."});
}

TEST_CASE("characters are not split, and invalid bytes are cut anywhere") {
  CHECK(cut(4, {"abc\u00e9d\n"}) == Lines{"abc/1",
                                          "\u00e9"
                                          "d/2."});
  CHECK(cut(2, {"\x80\x80\x80\n"}) == Lines{"\x80\x80/1", "\x80/2."});
}

TEST_CASE("lines are taken off a text one by one, the last with or without its line break") {
  std::string_view text = "one\n\nthree";
  CHECK(take_line(text) == "one");
  CHECK(take_line(text).empty());
  CHECK(take_line(text) == "three");
  CHECK(text.empty());
  text = "only\n";
  CHECK(take_line(text) == "only");
  CHECK(text.empty());
}
