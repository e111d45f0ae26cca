#include <catch2/catch_test_macros.hpp>

#include <string>

#include "git_sync/remote/fetch_pack.hpp"
#include "git_sync/remote/greeting.hpp"
#include "git_sync/remote/ls_refs.hpp"
#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::git_sync;
using namespace sidekick::test;

namespace {

constexpr std::string_view pack("PACK\0\0\0\2\0\0\0\1rest of it", 22);

std::string hex(char digit) {
  return std::string(40, digit);
}

ObjectId id(char digit) {
  return ObjectId::parse(hex(digit)).value();
}

class Message final {
 public:
  Message& line(std::string_view payload) {
    append_pkt(text_, payload);
    return *this;
  }
  Message& delim() {
    append_delim(text_);
    return *this;
  }
  Message& flush() {
    append_flush(text_);
    return *this;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

Reading read(LineReader& reader, std::string_view text) {
  return PktSplitter(reader).feed(std::as_bytes(std::span(text)));
}

class Kept final : public PackSink {
 public:
  void write(std::span<const std::byte> bytes) override {
    pack.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  std::string pack;
};

std::string band(char number, std::string_view text) {
  return std::string(1, number) + std::string(text);
}

std::string old_greeting() {
  return Message()
      .line("# service=git-upload-pack\n")
      .flush()
      .line(hex('1') + " HEAD" + std::string(1, '\0') +
            "side-band-64k ofs-delta shallow symref=HEAD:refs/heads/main object-format=sha1 agent=git/2\n")
      .line(hex('1') + " refs/heads/main\n")
      .line(hex('2') + " refs/tags/v1\n")
      .line(hex('1') + " refs/tags/v1^{}\n")
      .line("shallow " + hex('3') + "\n")
      .flush()
      .text();
}

std::string new_greeting() {
  return Message()
      .line("version 2\n")
      .line("agent=git/2\n")
      .line("ls-refs=unborn\n")
      .line("fetch=shallow wait-for-done\n")
      .line("object-format=sha1\n")
      .flush()
      .text();
}

std::string new_answer() {
  return Message()
      .line("acknowledgments\n")
      .line("ready\n")
      .delim()
      .line("shallow-info\n")
      .line("shallow " + hex('5') + "\n")
      .line("unshallow " + hex('6') + "\n")
      .delim()
      .line("packfile\n")
      .line(band('\2', "counting"))
      .line(band('\1', pack.substr(0, 5)))
      .line(band('\1', pack.substr(5)))
      .flush()
      .text();
}

// Whatever of a message is missing at its end: not complete, and no other end than an Error.
template <class MakeReader>
void check_every_cut(const std::string& text, MakeReader&& make) {
  for (std::size_t size = 0; size < text.size(); size++) {
    auto reader = make();
    const auto error = error_of([&] { CHECK(read(reader, text.substr(0, size)) == Reading::goes_on); });
    if (error) CHECK(error->kind() == ErrorKind::data);
  }
}

// The same with each byte another.
template <class MakeReader>
void check_every_change(const std::string& text, MakeReader&& make) {
  for (std::size_t at = 0; at < text.size(); at++) {
    auto changed = text;
    changed[at] = static_cast<char>(changed[at] ^ 0x15);
    auto reader = make();
    error_of([&] { read(reader, changed); });
  }
}

}  // namespace

TEST_CASE("a greeting of the old protocol has all refs", "[remote]") {
  GreetingReader reader;
  REQUIRE(read(reader, old_greeting()) == Reading::complete);
  const auto greeting = reader.take();
  CHECK(greeting.version == 0);
  CHECK(greeting.can("shallow"));
  REQUIRE(greeting.refs.size() == 3);
  CHECK(greeting.refs[0].symbolic_target == "refs/heads/main");
  CHECK(greeting.refs[2].peeled == id('1'));
  CHECK(greeting.shallow == std::vector{id('3')});
}

TEST_CASE("a greeting of the new protocol has what the server can do", "[remote]") {
  GreetingReader reader;
  REQUIRE(read(reader, new_greeting()) == Reading::complete);
  const auto greeting = reader.take();
  CHECK(greeting.version == 2);
  CHECK(greeting.can("fetch", "shallow"));
  CHECK_FALSE(greeting.can("fetch", "filter"));
}

TEST_CASE("a repository of another hash is refused", "[remote]") {
  GreetingReader reader;
  const auto text = Message().line("version 2\n").line("object-format=sha256\n").flush().text();
  const auto error = error_of([&] { read(reader, text); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::data);
  CHECK(mentions(*error, "sha256"));
}

TEST_CASE("a repository without refs greets too", "[remote]") {
  GreetingReader reader;
  const auto text = Message().line(hex('0') + " capabilities^{}" + std::string(1, '\0') + "shallow").flush().text();
  REQUIRE(read(reader, text) == Reading::complete);
  CHECK(reader.take().refs.empty());
  GreetingReader silent;
  REQUIRE(read(silent, "0000") == Reading::complete);
}

TEST_CASE("listed refs have their attributes", "[remote]") {
  LsRefsReader reader;
  const auto text = Message()
                        .line(hex('1') + " HEAD symref-target:refs/heads/main\n")
                        .line(hex('2') + " refs/tags/v1 peeled:" + hex('1') + " new:thing\n")
                        .flush()
                        .text();
  REQUIRE(read(reader, text) == Reading::complete);
  const auto refs = reader.take();
  REQUIRE(refs.size() == 2);
  CHECK(refs[0].symbolic_target == "refs/heads/main");
  CHECK(refs[1].peeled == id('1'));
  check_every_cut(text, [] { return LsRefsReader(); });
  check_every_change(text, [] { return LsRefsReader(); });
}

TEST_CASE("an answer of the new protocol moves the boundary and hands on the pack", "[remote]") {
  const FetchRequest request{{id('1')}, {id('6')}, {id('6')}, 2};
  Kept kept;
  FetchReaderV2 reader(request, kept);
  REQUIRE(read(reader, new_answer()) == Reading::complete);
  CHECK(kept.pack == pack);
  CHECK(reader.result().shallow == std::vector{id('5')});
  CHECK(reader.result().received_bytes == pack.size());
}

TEST_CASE("an answer of the old protocol does the same", "[remote]") {
  const FetchRequest request{{id('1')}, {id('6')}, {id('6')}, 2};
  Kept kept;
  FetchReaderV0 reader(request, {}, kept);
  const auto text = Message()
                        .line("shallow " + hex('5'))
                        .line("unshallow " + hex('6'))
                        .flush()
                        .line("ACK " + hex('6') + "\n")
                        .line("ACK " + hex('6') + "\n")
                        .line(band('\1', pack))
                        .flush()
                        .text();
  REQUIRE(read(reader, text) == Reading::complete);
  CHECK(kept.pack == pack);
  CHECK(reader.result().shallow == std::vector{id('5')});
}

TEST_CASE("an empty pack is none", "[remote]") {
  const FetchRequest request{{id('1')}, {}, {}, 0};
  Kept kept;
  FetchReaderV2 reader(request, kept);
  const std::string_view empty("PACK\0\0\0\2\0\0\0\0sum", 15);
  const auto text = Message().line("packfile\n").line(band('\1', empty)).flush().text();
  REQUIRE(read(reader, text) == Reading::complete);
  CHECK(kept.pack.empty());
}

TEST_CASE("an error within the pack is the server's complaint", "[remote]") {
  const FetchRequest request{{id('1')}, {}, {}, 0};
  Kept kept;
  FetchReaderV2 reader(request, kept);
  const auto text = Message().line("packfile\n").line(band('\3', "aborting due to possible corruption\n")).text();
  const auto error = error_of([&] { read(reader, text); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::unavailable);
  CHECK(mentions(*error, "possible corruption"));
}

TEST_CASE("answers that are cut or changed end with an error or not at all", "[remote]") {
  Kept kept;
  const FetchRequest request{{id('1')}, {}, {}, 1};
  const auto fetch_v2 = [&] { return FetchReaderV2(request, kept); };
  check_every_cut(new_answer(), fetch_v2);
  check_every_change(new_answer(), fetch_v2);
  check_every_cut(new_greeting(), [] { return GreetingReader(); });
  check_every_change(new_greeting(), [] { return GreetingReader(); });
  check_every_change(old_greeting(), [] { return GreetingReader(); });
}
