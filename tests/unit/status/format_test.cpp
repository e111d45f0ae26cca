#include "agent/status/format.hpp"

#include <catch2/catch_test_macros.hpp>

#include "sidekick/json.hpp"

using namespace sidekick;
using namespace sidekick::status;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::system_clock::time_point moment{std::chrono::milliseconds(1795242900123)};

std::string text(const std::string& message, LogFields fields) {
  return format_text({LogLevel::info, message, "restore", 2, {fields.begin(), fields.size()}}, moment);
}

std::string json(const std::string& message, LogFields fields) {
  return format_json({LogLevel::info, message, "restore", 2, {fields.begin(), fields.size()}}, moment);
}

}  // namespace

TEST_CASE("an event is one line of keys and values") {
  CHECK(
      text("restored 3 documents", {{"documents", 3}, {"share", 0.5}, {"drop", true}, {"ns", "shop.fruits"}}) ==
      R"(ts=2026-11-21T06:35:00.123Z level=info msg="restored 3 documents" job=restore attempt=2 documents=3 share=0.5 drop=true ns=shop.fruits)");
}

TEST_CASE("an event is one object of JSON") {
  CHECK(
      json("done", {{"documents", 3}, {"drop", false}, {"ns", "a \"b\""}}) ==
      R"({"ts":"2026-11-21T06:35:00.123Z","level":"info","msg":"done","job":"restore","attempt":2,"documents":3,"drop":false,"ns":"a \"b\""})");
}

TEST_CASE("an event outside of a job and an attempt has neither field") {
  CHECK(format_text({LogLevel::error, "x", "", 0, {}}, moment) == "ts=2026-11-21T06:35:00.123Z level=error msg=x");
}

TEST_CASE("a field without text is left out") {
  CHECK(text("x", {{"hint", ""}, {"n", 0}}).ends_with("attempt=2 n=0"));
}

TEST_CASE("line breaks and control characters never split or colour a line") {
  const auto line = text("one\ntwo\r\x1b[31m\ttab", {});
  CHECK(line.find('\n') == std::string::npos);
  CHECK(line.find('\x1b') == std::string::npos);
  CHECK(line.find(R"(msg="one\ntwo\r\u001b[31m\ttab")") != std::string::npos);
}

TEST_CASE("bytes that are no UTF-8 become the replacement character, whole characters stay") {
  CHECK(json("\xff"
             "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x8d\x8e",
             {})
            .find("\"\xEF\xBF\xBD"
                  "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x8d\x8e\"") != std::string::npos);
}

TEST_CASE("no line is longer than engines take, whatever it holds, and it stays valid") {
  const std::string huge(100'000, '"');
  const auto line = json(huge, {{"a", huge}, {"b", huge}, {"c", huge}, {"last", 1}});
  CHECK(line.size() <= max_line_bytes);
  const auto parsed = parse_json(line);
  CHECK(parsed.at("truncated").as_bool());
  CHECK(parsed.at("msg").as_string().find("more bytes") != boost::json::string::npos);
  CHECK(text(huge, {{"a", huge}, {"b", huge}, {"c", huge}}).size() <= max_line_bytes);
}

TEST_CASE("an event in the form of git-sync has its fields and no others of ours") {
  const auto line = [](LogLevel level, LogFields fields) {
    return format_git_sync({level, "it \"is\"", "git-sync", 2, {fields.begin(), fields.size()}}, moment);
  };
  const auto info = parse_json(line(LogLevel::info, {{"hash", "abc"}, {"n", 3}, {"empty", ""}}));
  CHECK(info.at("logger") == "");
  CHECK(info.at("ts").as_string().subview(13) == ":35:00.123000");
  CHECK(info.at("caller").at("file") == "sidekick");
  CHECK(info.at("level") == 0);
  CHECK(info.at("msg") == "it \"is\"");
  CHECK(info.at("hash") == "abc");
  CHECK(info.at("n") == 3);
  CHECK(info.as_object().size() == 7);
  CHECK(parse_json(line(LogLevel::debug, {})).at("level") == 1);
  const auto error = parse_json(line(LogLevel::error, {{"hint", "do"}}));
  CHECK_FALSE(error.as_object().contains("level"));
  CHECK(error.at("error") == "it \"is\"");
  CHECK(error.at("hint") == "do");
}
