#include "storage/manifest.hpp"

#include <catch2/catch_test_macros.hpp>

#include "sidekick/utc.hpp"
#include "tests/unit/shared/storage/sample.hpp"
#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::storage;
using namespace sidekick::test;

namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::optional<Error> refusal(const std::string& json) {
  return error_of([&] { parse_manifest(json, "shop.json"); });
}

}  // namespace

TEST_CASE("a manifest is read as it was written") {
  const auto written = sample_manifest("shop-20261121T031500Z-0a1b2c3d.mongodb.archive.zst", "shop");
  const auto json = to_json(written);
  const auto read = parse_manifest(json, "x");
  CHECK(to_json(read) == json);
  CHECK(read.name == written.name);
  CHECK(read.started == written.started);
  CHECK(read.bytes == 0xffff'ffff'ffff'ffffU);
  CHECK(read.collections.size() == 2);
  CHECK(read.collections[1].name == "shop.\"o\"");
  CHECK(read.proof == Proof::restored);
  CHECK(read.suspect);
  CHECK(read.warnings == written.warnings);
}

TEST_CASE("a manifest is what it is documented to be") {
  auto manifest = sample_manifest("a-20261121T031500Z-0a1b2c3d.dir.tar", "a");
  manifest.collections.clear();
  manifest.warnings = {"one", "two"};
  CHECK(to_json(manifest).starts_with("{\n  \"version\": 1,\n  \"name\": \"a-20261121T031500Z-0a1b2c3d.dir.tar\",\n"));
  CHECK(to_json(manifest).find("\"started\": \"2026-11-21T03:15:00.250Z\"") != std::string::npos);
  CHECK(to_json(manifest).find("\"collections\": [],\n") != std::string::npos);
  CHECK(to_json(manifest).find("\"warnings\": [\n    \"one\",\n    \"two\"\n  ]\n}\n") != std::string::npos);
}

TEST_CASE("fields of a manifest that are not known are passed over") {
  const auto json = to_json(sample_manifest("a-20261121T031500Z-0a1b2c3d.dir.tar", "a"));
  CHECK(to_json(parse_manifest(replaced(json, "{", R"({"later": {"x": [1, null]},)"), "x")) == json);
}

TEST_CASE("what is no manifest is an error that names it and the field") {
  const auto json = to_json(sample_manifest("a-20261121T031500Z-0a1b2c3d.dir.tar", "a"));
  struct Case {
    std::string json;
    const char* mentions;
  };
  for (const auto& [text, words] : {
           Case{"", "not JSON"},
           Case{json.substr(0, json.size() / 2), "not JSON"},
           Case{"[]", "not the manifest"},
           Case{"{}", "not the manifest"},
           Case{replaced(json, "\"version\": 1", "\"version\": 2"), "version 2"},
           Case{replaced(json, "\"version\": 1", "\"version\": 0"), "not the manifest"},
           Case{replaced(json, "\"version\": 1", "\"version\": \"1\""), "not the manifest"},
           Case{replaced(json, "18446744073709551615", "18446744073709551616"), "bytes"},
           Case{replaced(json, "18446744073709551615", "-1"), "bytes"},
           Case{replaced(json, "18446744073709551615", "1.0"), "bytes"},
           Case{replaced(json, "18446744073709551615", "\"1\""), "bytes"},
           Case{replaced(json, "\"encrypted\": true", "\"encrypted\": 1"), "encrypted"},
           Case{replaced(json, "\"restored\"", "\"golden\""), "proof"},
           Case{replaced(json, "\"proof\"", "\"prove\""), "proof is missing"},
           Case{replaced(json, "2026-11-21T03", "2026-11-31T03"), "started"},
           Case{replaced(json, "\"sha256\": \"0", "\"sha256\": \"X"), "SHA-256"},
           Case{replaced(json, "\"sha256\": \"0", "\"sha256\": \""), "SHA-256"},
           Case{replaced(json, "\"count\": 3", "\"count\": \"3\""), "collections"},
           Case{replaced(json, "\"warnings\": [", "\"warnings\": [1,"), "warnings"},
       }) {
    INFO(text);
    const auto error = refusal(text);
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
    CHECK(mentions(*error, "'shop.json'"));
    CHECK(mentions(*error, words));
  }
}

TEST_CASE("a manifest that any byte is missing from or flipped in is whole or refused") {
  const auto json = to_json(sample_manifest("a-20261121T031500Z-0a1b2c3d.dir.tar", "a"));
  for (std::size_t i = 0; i + 1 < json.size(); i++) CHECK(refusal(json.substr(0, i)));
  for (std::size_t i = 0; i < json.size(); i++) {
    auto flipped = json;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x80);
    CHECK(refusal(flipped));
  }
}

TEST_CASE("times are read in the one form that they are written in") {
  const WallTime time = std::chrono::sys_days(std::chrono::year(2028) / 2 / 29) + std::chrono::milliseconds(86'399'007);
  CHECK(utc_text(time) == "2028-02-29T23:59:59.007Z");
  CHECK(compact_utc_text(time) == "20280229T235959Z");
  CHECK(parse_utc("2028-02-29T23:59:59.007Z") == time);
  CHECK(parse_compact_utc("20280229T235959Z") == std::chrono::floor<std::chrono::seconds>(time));
  for (const char* text :
       {"", "20270229T235959Z", "20280229T240000Z", "20280229T236000Z", "20280229T235960Z", "20280229t235959Z",
        "20280229T235959", "20280229T235959Z ", "2028022 T235959Z", "20280029T235959Z"})
    CHECK_FALSE(parse_compact_utc(text));
  for (const char* text : {"2028-02-29T23:59:59Z", "2028-02-29 23:59:59.007Z", "2028-02-29T23:59:59.007+00:00"})
    CHECK_FALSE(parse_utc(text));
}

TEST_CASE("levels of proof have names") {
  for (const auto proof : {Proof::streamed, Proof::stored, Proof::read, Proof::restored})
    CHECK(parse_proof(name_of(proof)) == proof);
  CHECK_FALSE(parse_proof("Stored"));
  CHECK_FALSE(parse_proof(""));
}
