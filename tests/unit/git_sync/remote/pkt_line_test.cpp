#include "git_sync/remote/pkt_line.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::git_sync;
using namespace sidekick::test;

namespace {

class Lines final : public LineReader {
 public:
  Reading line(const PktLine& line) override {
    const auto kinds = "dFDR";
    seen.push_back(kinds[static_cast<std::size_t>(line.kind)] + std::string(line.text()));
    return line.kind == PktLine::Kind::flush ? Reading::complete : Reading::goes_on;
  }
  std::vector<std::string> seen;
};

std::vector<std::string> lines_of(std::string_view text, std::size_t step) {
  Lines lines;
  PktSplitter splitter(lines);
  for (; !text.empty(); text.remove_prefix(std::min(step, text.size())))
    splitter.feed(std::as_bytes(std::span(text.substr(0, step))));
  return lines.seen;
}

}  // namespace

TEST_CASE("lines are cut the same however their bytes arrive", "[remote]") {
  std::string text;
  append_pkt(text, "command=fetch\n");
  append_delim(text);
  append_pkt(text, "");
  append_pkt(text, std::string(65'516, 'x'));
  text += "0002";
  append_flush(text);
  text += "what follows is not read";
  const std::vector<std::string> expected{"dcommand=fetch", "D", "d", "d" + std::string(65'516, 'x'), "R", "F"};
  for (const std::size_t step : {std::size_t{1}, std::size_t{3}, std::size_t{4096}, text.size()})
    CHECK(lines_of(text, step) == expected);
}

TEST_CASE("what is no line is refused at once", "[remote]") {
  for (const char* text : {"<htm", "0003", "fff1", "-001", " 123", "zzzz"}) {
    CAPTURE(text);
    const auto error = error_of([&] { lines_of(text, 100); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
  }
  CHECK(lines_of("00", 1).empty());
  CHECK(lines_of("000", 1).empty());
  CHECK(lines_of("0009abc", 2).empty());
}

TEST_CASE("a line of error is the server's complaint in one clean line", "[remote]") {
  const auto complaint = [](const std::string& text) {
    std::string line;
    append_pkt(line, "ERR " + text);
    return error_of([&] { lines_of(line, 5); });
  };
  const auto withheld = complaint("upload-pack: not our ref 1234\n");
  REQUIRE(withheld);
  CHECK(withheld->kind() == ErrorKind::no_input);
  CHECK(withheld->message() == "the server says 'upload-pack: not our ref 1234'");
  CHECK(complaint("Repository\tnot\x1b\nfound.\r\n")->kind() == ErrorKind::no_input);
  CHECK(complaint("Repository\tnot\x1b\nfound.\r\n")->message() == "the server says 'Repository not found'");
  CHECK(complaint("access denied or repository not exported: /x")->kind() == ErrorKind::no_input);
  CHECK(complaint("Permission denied")->kind() == ErrorKind::denied);
  CHECK(complaint("overloaded")->kind() == ErrorKind::unavailable);
}
