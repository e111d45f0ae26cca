// One byte of a stored backup that changed, wherever it is, is found by `sidekick verify` of its file.
#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <random>

#include "backup/tar/reader.hpp"
#include "filters/age.hpp"
#include "mongo/bson.hpp"
#include "tests/support/age_key.hpp"
#include "tests/support/archive_writer.hpp"
#include "tests/support/stored_backup.hpp"
#include "tests/unit/backup/surroundings.hpp"
#include "tests/unit/support/call.hpp"
#include "tests/unit/support/errors.hpp"
#include "verify/verify_job.hpp"

using namespace sidekick;
using namespace sidekick::test;

namespace {

using Identities = std::vector<filters::AgeIdentity>;

constexpr int flips = 200;

std::string noise(std::size_t bytes, std::mt19937& random) {
  std::string out(bytes, '\0');
  for (auto& c : out) c = static_cast<char>(random());
  return out;
}

/// An archive of three documents, as StoredBackup tells of them.
std::string archive() {
  const TempDir folder;
  const auto document = [](std::int32_t id) {
    const auto made = mongo::Bson().append("_id", id);
    return std::vector<std::uint8_t>{made.bytes().begin(), made.bytes().end()};
  };
  ArchiveWriter writer(folder / "archive");
  writer.promise("shop", "fruits", "{}", {});
  writer.end_prelude();
  writer.segment("shop", "fruits", {document(1), document(2), document(3)});
  writer.end("shop", "fruits");
  writer.close();
  return read_file(folder / "archive");
}

/// Takes a backup, and returns the file that holds it.
std::filesystem::path take(const std::filesystem::path& store, std::vector<std::string> flags) {
  flags.insert(flags.begin(), {"sidekick", "backup", "--to=dir:" + store.string(), "--job=data"});
  const auto taken = call(flags);
  INFO(taken.err);
  REQUIRE(taken.code == 0);
  for (const auto& entry : std::filesystem::directory_iterator(store))
    if (entry.path().extension() == ".json") return std::filesystem::path(entry.path()).replace_extension("");
  throw std::runtime_error("there is no backup");
}

/// What `sidekick verify` of the file ends with.
std::optional<Error> flaw_of(const std::filesystem::path& file, const Identities& identities) {
  const auto prove_tar = [](filters::Source& plain, const std::string& name, const CancelToken& cancel) {
    return backup::tar::prove(plain, name, cancel).files;
  };
  verify::VerifyJob job({file.string(), identities}, prove_tar, [](const verify::Report&) {});
  Surroundings around;
  return error_of([&] { job.run(around.context); });
}

void flip_and_find(const std::filesystem::path& file, const Identities& identities = {}) {
  REQUIRE_FALSE(flaw_of(file, identities));
  const auto good = read_file(file);
  const auto seed = std::random_device()();
  std::mt19937 random(seed);
  for (int i = 0; i < flips; i++) {
    auto bad = good;
    const auto at = std::uniform_int_distribution<std::size_t>(0, good.size() - 1)(random);
    bad[at] = static_cast<char>(bad[at] ^ std::uniform_int_distribution<int>(1, 255)(random));
    write_file(file, bad);
    const auto flaw = flaw_of(file, identities);
    INFO("byte " << at << " of " << good.size() << ", seed " << seed);
    REQUIRE(flaw);
    // An encrypted one whose header is damaged is opened by nobody's key.
    INFO(flaw->message());
    CHECK((flaw->kind() == ErrorKind::data || (flaw->kind() == ErrorKind::denied && !identities.empty())));
  }
  write_file(file, good);
  CHECK_FALSE(flaw_of(file, identities));
}

}  // namespace

TEST_CASE("each flipped byte of a backup of a database is found") {
  const TempDir store;
  flip_and_find(store / test::store(store.path(), {.plain = archive()}));
}

TEST_CASE("each flipped byte of a folder's backup is found where it is encrypted and where not") {
  std::mt19937 random(3);
  const TempDir place;
  write_file(place / "page", noise(3'000, random));
  write_file(place / "text", std::string(3'000, 'x'));
  const AgeKey key;
  const auto identities = filters::parse_age_identities(Secret(read_file(key.file())), "key");
  for (const std::string compression : {"zstd", "gzip", "none"}) {
    const TempDir plain;
    const std::vector<std::string> flags{"--from=dir:" + place.path().string(), "--compress=" + compression};
    flip_and_find(take(plain.path(), flags));
    const TempDir encrypted;
    auto more = flags;
    more.push_back("--recipient=" + key.recipient());
    flip_and_find(take(encrypted.path(), more), identities);
  }
}

TEST_CASE("each flipped byte of a command's output is found") {
  const TempDir store;
  flip_and_find(take(store.path(), {"--from=exec: seq 1 1000"}));
}
