#include "filters/age.hpp"

#include <catch2/catch_test_macros.hpp>

#include "filters/age/crypto.hpp"
#include "filters/age/encoding.hpp"
#include "filters/age/header.hpp"
#include "filters/age/stream.hpp"
#include "tests/unit/support/errors.hpp"
#include "tests/unit/support/sinks.hpp"
#include "tests/unit/support/sources.hpp"
#include "tests/unit/support/tools.hpp"

using namespace sidekick;
using namespace sidekick::filters;
using namespace sidekick::test;

namespace {

constexpr std::size_t chunk = age::chunk_bytes;

/// An identity of our own making, and its recipient.
struct Pair {
  explicit Pair(char seed) : identity{Secret(std::string(32, seed))} {
    age::Key32 secret;
    std::fill(secret.bytes().begin(), secret.bytes().end(), static_cast<std::uint8_t>(seed));
    recipient.key = age::x25519_public(secret);
  }
  AgeIdentity identity;
  AgeRecipient recipient;
};

Buffer some_bytes(std::size_t n) {
  Buffer out(n);
  for (std::size_t i = 0; i < n; i++) out[i] = static_cast<std::uint8_t>(i * 13 + i / 255);
  return out;
}

Buffer encrypted(const std::vector<AgeRecipient>& recipients, const Buffer& plain, std::size_t step = 10'000) {
  MemorySink out;
  AgeSink sink(recipients, out);
  write_in_steps(sink, plain, step);
  sink.finish();
  CHECK(out.finished == 1);
  return out.bytes;
}

Buffer decrypted(const Buffer& bytes, const AgeIdentity& identity, std::size_t step = SIZE_MAX) {
  AgeSource source(std::make_unique<MemorySource>(bytes, step), {identity}, "x.age");
  return read_all(source, 9'999);
}

std::optional<ErrorKind> failure(const Buffer& bytes, const AgeIdentity& identity) {
  const auto error = error_of([&] { decrypted(bytes, identity); });
  return error ? std::optional(error->kind()) : std::nullopt;
}

/// What Debian's age-keygen makes: the file, the identity in it, and its recipient.
struct MadeKey {
  explicit MadeKey(const std::filesystem::path& file) : path(file) {
    output_of({"age-keygen", "-o", file});
    identities = parse_age_identities(Secret(read_file(file)), "key");
    recipient = output_of({"age-keygen", "-y", file});
    recipient.pop_back();
  }
  std::string path;
  std::vector<AgeIdentity> identities;
  std::string recipient;
};

const std::vector<std::size_t> sizes{0, 1, chunk - 1, chunk, chunk + 1, 2 * chunk, 2 * chunk + 1, 300'001};

}  // namespace

TEST_CASE("what is encrypted is opened by the identity of each recipient and by no other") {
  const Pair a('a');
  const Pair b('b');
  const Pair stranger('c');
  for (const auto size : sizes) {
    const auto plain = some_bytes(size);
    const auto bytes = encrypted({a.recipient, b.recipient}, plain);
    CHECK(is_age(bytes));
    CHECK(decrypted(bytes, a.identity) == plain);
    CHECK(decrypted(bytes, b.identity, 1000) == plain);
    CHECK(failure(bytes, stranger.identity) == ErrorKind::denied);
    CHECK(bytes != encrypted({a.recipient, b.recipient}, plain));
  }
  // Other refusals may pass, this one does not.
  CHECK(error_of([&] { decrypted(encrypted({a.recipient}, {}), stranger.identity); })->retry_ruled_out());
  CHECK_FALSE(is_age({}));
  MemorySink out;
  CHECK(error_of([&] { AgeSink(std::vector<AgeRecipient>{}, out); })->kind() == ErrorKind::config);
}

TEST_CASE("age of Debian opens what we encrypt for one recipient of several") {
  need_program("age");
  const TempDir folder;
  const MadeKey one(folder / "one");
  const MadeKey two(folder / "two");
  const std::vector<AgeRecipient> recipients{Pair('a').recipient, parse_age_recipient(one.recipient),
                                             parse_age_recipient(two.recipient)};
  for (const auto size : sizes) {
    INFO("size " << size);
    const auto plain = some_bytes(size);
    const auto bytes = encrypted(recipients, plain, 33'333);
    write_file(folder / "x.age", std::string(bytes.begin(), bytes.end()));
    for (const auto* key : {&one, &two})
      CHECK(output_of({"age", "-d", "-i", key->path, folder / "x.age"}) == std::string(plain.begin(), plain.end()));
  }
}

TEST_CASE("we open what age of Debian encrypts for one recipient of several") {
  need_program("age");
  const TempDir folder;
  const MadeKey one(folder / "one");
  const MadeKey two(folder / "two");
  for (const auto size : sizes) {
    INFO("size " << size);
    const auto plain = some_bytes(size);
    write_file(folder / "plain", std::string(plain.begin(), plain.end()));
    output_of({"age", "-r", one.recipient, "-r", two.recipient, "-o", folder / "x.age", folder / "plain"});
    const auto bytes = file_bytes(folder / "x.age");
    CHECK(decrypted(bytes, one.identities.at(0)) == plain);
    CHECK(decrypted(bytes, two.identities.at(0), 777) == plain);
  }
}

TEST_CASE("recipients of other types are passed over") {
  need_program("age");
  need_program("ssh-keygen");
  const TempDir folder;
  const MadeKey key(folder / "key");
  output_of({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / "ssh"});
  write_file(folder / "plain", "hello");
  output_of(
      {"age", "-R", (folder / "ssh.pub").string(), "-r", key.recipient, "-o", folder / "x.age", folder / "plain"});
  const auto bytes = file_bytes(folder / "x.age");
  CHECK(decrypted(bytes, key.identities.at(0)) == Buffer{'h', 'e', 'l', 'l', 'o'});
  CHECK(failure(bytes, Pair('a').identity) == ErrorKind::denied);
}

TEST_CASE("every flipped bit of an encrypted file is found") {
  const Pair a('a');
  const auto bytes = encrypted({a.recipient, Pair('b').recipient}, some_bytes(40));
  for (std::size_t at = 0; at < bytes.size(); at++)
    for (int bit = 0; bit < 8; bit++) {
      auto flipped = bytes;
      flipped[at] = static_cast<std::uint8_t>(flipped[at] ^ 1U << bit);
      INFO("bit " << bit << " of byte " << at);
      CHECK(failure(flipped, a.identity));
    }
}

TEST_CASE("an encrypted file that ends too early is damaged wherever it ends") {
  const Pair a('a');
  const auto small = encrypted({a.recipient}, some_bytes(40));
  for (std::size_t size = 0; size < small.size(); size++) {
    INFO("size " << size);
    CHECK(failure({small.begin(), small.begin() + static_cast<std::ptrdiff_t>(size)}, a.identity) == ErrorKind::data);
  }
  // At the border of a chunk, and a byte beside it.
  const auto large = encrypted({a.recipient}, some_bytes(3 * chunk));
  const auto begin = large.size() - 3 * age::sealed_chunk_bytes;
  for (std::size_t chunks = 0; chunks < 3; chunks++)
    for (const int beside : {-1, 0, 1, 16}) {
      const auto size = static_cast<std::ptrdiff_t>(begin + chunks * age::sealed_chunk_bytes) + beside;
      INFO("size " << size);
      CHECK(failure({large.begin(), large.begin() + size}, a.identity) == ErrorKind::data);
    }
}

TEST_CASE("chunks that are left out or swapped or added to are found and nothing of them is given") {
  const Pair a('a');
  const auto plain = some_bytes(3 * chunk);
  const auto bytes = encrypted({a.recipient}, plain);
  const auto at = [&](std::size_t n) {
    return bytes.begin() + static_cast<std::ptrdiff_t>(bytes.size() - (3 - n) * age::sealed_chunk_bytes);
  };
  Buffer without_second(bytes.begin(), at(1));
  without_second.insert(without_second.end(), at(2), bytes.end());
  CHECK(failure(without_second, a.identity) == ErrorKind::data);

  Buffer swapped(bytes.begin(), at(1));
  swapped.insert(swapped.end(), at(2), bytes.end());
  swapped.insert(swapped.end(), at(1), at(2));
  AgeSource source(std::make_unique<MemorySource>(swapped), {a.identity}, "x.age");
  Buffer got;
  Buffer piece(1000);
  const auto error = error_of([&] {
    while (const auto n = source.read(piece))
      got.insert(got.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(n));
  });
  REQUIRE(error);
  CHECK(mentions(*error, "'x.age' is damaged"));
  CHECK(got == Buffer(plain.begin(), plain.begin() + static_cast<std::ptrdiff_t>(chunk)));
  CHECK(error_of([&] { source.read(piece); }));

  auto longer = bytes;
  longer.push_back('x');
  CHECK(failure(longer, a.identity) == ErrorKind::data);
}

TEST_CASE("an empty chunk after others is refused") {
  const Pair a('a');
  const age::FileKey key;
  const std::array<std::uint8_t, age::stream_nonce_bytes> nonce{};
  const auto header = age::format_header({age::wrap(key, a.recipient)}, key);
  Buffer bytes(header.begin(), header.end());
  bytes.insert(bytes.end(), nonce.begin(), nonce.end());
  age::Chunks chunks(key, nonce);
  Buffer sealed(age::sealed_chunk_bytes);
  chunks.seal(age::Place::before_others, some_bytes(chunk), sealed);
  bytes.insert(bytes.end(), sealed.begin(), sealed.end());
  sealed.resize(age::tag_bytes);
  chunks.seal(age::Place::last, {}, sealed);
  bytes.insert(bytes.end(), sealed.begin(), sealed.end());
  CHECK(failure(bytes, a.identity) == ErrorKind::data);
}

TEST_CASE("a header without end or beyond bounds is refused without reading all of it") {
  const Pair a('a');
  std::string endless(age::first_line);
  while (endless.size() < 4 * age::max_header_bytes) endless += "-> grease abc\nAAAA\n";
  CHECK(failure({endless.begin(), endless.end()}, a.identity) == ErrorKind::data);
  CHECK(failure(Buffer(4 * age::max_header_bytes, '-'), a.identity) == ErrorKind::data);
  const age::FileKey key;
  std::vector<age::Stanza> stanzas(1, {{"grease", "x"}, some_bytes(48)});
  stanzas.push_back({{"grease"}, {}});
  stanzas.push_back(age::wrap(key, a.recipient));
  CHECK(age::parse_header(age::format_header(stanzas, key), "x").stanzas.size() == 3);
}

TEST_CASE("keys that are none are refused with what is wrong and a secret is never shown") {
  const std::string good = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
  CHECK_NOTHROW(parse_age_recipient(good));
  const auto wrong = [](const std::string& text) { return error_of([&] { parse_age_recipient(text); }); };
  auto typo = good;
  typo[20] = typo[20] == 'q' ? 'p' : 'q';
  std::string mixed = good;
  mixed[10] = 'Y';
  for (const auto& text : {std::string(), std::string("age1"), typo, mixed, good.substr(0, 40), good + "q",
                           std::string("ssh-ed25519 AAAA"), std::string("age1xyz!"), "AGE" + good.substr(3)}) {
    INFO(text);
    const auto error = wrong(text);
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::config);
  }
  CHECK(mentions(*wrong(typo), "checksum"));
  const auto secret = wrong("AGE-SECRET-KEY-1QQQQSECRET");
  REQUIRE(secret);
  CHECK(mentions(*secret, "private key"));
  CHECK_FALSE(mentions(*secret, "QQQQ"));

  const auto line = error_of([&] { parse_age_recipients("# ours\n\n" + good + "\r\n" + typo + "\n", "keys.txt"); });
  REQUIRE(line);
  CHECK(mentions(*line, "line 4 of 'keys.txt'"));
  CHECK(parse_age_recipients("# ours\n" + good + "\n" + good, "keys.txt").size() == 2);
  CHECK(error_of([&] { parse_age_recipients("# none\n", "keys.txt"); })->kind() == ErrorKind::config);
  const auto identity = error_of([&] { parse_age_identities(Secret("AGE-SECRET-KEY-1QQQQSECRETX\n"), "id"); });
  REQUIRE(identity);
  CHECK(mentions(*identity, "line 1 of 'id'"));
  CHECK_FALSE(mentions(*identity, "QQQQ"));
}

TEST_CASE("base64 without padding has one way to write each sequence of bytes") {
  for (std::size_t size = 0; size < 20; size++)
    CHECK(age::from_base64(age::base64(some_bytes(size))) == some_bytes(size));
  CHECK(age::base64(Buffer{'f', 'o', 'o', 'b'}) == "Zm9vYg");
  for (const auto* text : {"Zm9vYg==", "Zm9vYh", "Zm9vY", "Zm9 vYg", "Zm9v\nYg", "-m9vYg"})
    CHECK_FALSE(age::from_base64(text));
}
