// Every problem of the settings is found, and none hides another.
#include "agent/config/review.hpp"

#include <catch2/catch_test_macros.hpp>

#include "agent/config/resolve.hpp"
#include "tests/unit/support/temporary_folder.hpp"

using namespace sidekick;
using namespace sidekick::config;
using namespace std::chrono_literals;

namespace {

using Messages = std::vector<std::string>;

const Schema schema{.command = "test",
                    .summary = "",
                    .arguments = "",
                    .description = "",
                    .settings = {{.name = "uri", .secrecy = Secrecy::url},
                                 {.name = "password", .secrecy = Secrecy::secret},
                                 {.name = "config"},
                                 {.name = "workers"},
                                 {.name = "level"},
                                 {.name = "retry-for", .fallback = "5m"},
                                 {.name = "park", .arity = Arity::flag}},
                    .file_keys = {"uri", "password", "park"}};

Messages messages_of(const Review& review) {
  Messages out;
  for (const auto& problem : review.problems()) out.push_back(problem.message());
  return out;
}

}  // namespace

TEST_CASE("every problem of flags, variables and files is collected, each with its place") {
  const test::TemporaryFolder folder;
  const auto file = folder.file("c.yml", "uri: mongodb://h/\npasword: hunter2\npark: [x]\npark: true\n");
  Review review;
  const auto settings = resolve(schema, {"--bogus", "--workers", "--password-file=/no/such", "--config", file},
                                {{"SIDEKICK_LEVEL", ""}, {"SIDEKICK_RETRY_FOR", "1\t"}}, review);
  CHECK(messages_of(review) == Messages{"unknown flag '--bogus'", "--workers: its value is missing",
                                        "cannot read '/no/such' (--password-file): No such file or directory",
                                        "SIDEKICK_LEVEL: its value is empty",
                                        "SIDEKICK_RETRY_FOR: its value contains a control character",
                                        "unknown key 'pasword' in '" + file + "', line 2",
                                        "key 'park' in '" + file + "', line 3: its value is not a string",
                                        "key 'park' in '" + file + "', line 4: is given twice"});
  CHECK(settings.values.text("uri") == "mongodb://h/");
  CHECK(settings.values.duration("retry-for") == 5min);
}

TEST_CASE("a switch in a settings file is seen where other settings are wrong") {
  const test::TemporaryFolder folder;
  Review review;
  const auto settings =
      resolve(schema, {"--bogus", "--config", folder.file("c.yml", "park: true\nx: y\n")}, {}, review);
  CHECK(settings.values.flag("park"));
  CHECK(review.problems().size() == 2);
}

TEST_CASE("getters of values under review report what does not fit, once, and go on") {
  Review review;
  const auto settings = resolve(schema, {"--workers=x", "--retry-for=5", "--level=loud", "--park=maybe"}, {}, review);
  const auto& values = settings.values;
  CHECK(values.may_be_used());
  for (int i = 0; i < 2; i++) {
    CHECK_FALSE(values.integer("workers", 1, 64));
    CHECK_FALSE(values.duration("retry-for"));
    CHECK(values.choice("level", {"low", "high"}).empty());
    CHECK_FALSE(values.flag("park"));
    CHECK(values.judge([&]() -> int { throw values.bad_setting("uri", "it is wrong"); }) == 0);
    CHECK_FALSE(values.file("/no/such", "--x"));
  }
  CHECK(messages_of(review) == Messages{"--workers 'x': not a number from 1 to 64", "--retry-for '5': not a duration",
                                        "--level 'loud': not one of low, high", "--park 'maybe': not true or false",
                                        "--uri: it is wrong",
                                        "cannot read '/no/such' (--x): No such file or directory"});
  CHECK_FALSE(values.may_be_used());
}

TEST_CASE("where no file may be touched, what is in one is given and not known") {
  Review review(Review::Files::untouched);
  const auto settings =
      resolve(schema, {"--uri-file=/no/such", "--config=/no/such"}, {{"SIDEKICK_PASSWORD_FILE", "/no/such"}}, review);
  const auto& values = settings.values;
  for (const auto* name : {"uri", "password"}) {
    CHECK(values.given(name));
    CHECK(values.is_unread(name));
    CHECK(values.text(name).empty());
    CHECK(values.list(name).empty());
  }
  CHECK_FALSE(values.file("/no/such", "--x"));
  CHECK(review.problems().empty());
  CHECK_FALSE(values.may_be_used());
}

TEST_CASE("both forms of a secret are a problem although no file is touched") {
  Review review(Review::Files::untouched);
  resolve(schema, {"--uri=mongodb://h/", "--uri-file=/no/such"}, {}, review);
  CHECK(messages_of(review) == Messages{"--uri and --uri-file exclude each other"});
}

TEST_CASE("the value of a misspelt flag is not taken for an argument") {
  Review review;
  CHECK(resolve(schema, {"--workrs", "4"}, {}, review).arguments.empty());
  CHECK(resolve(schema, {"--prk", "x"}, {}, review).arguments == Messages{"x"});
}

TEST_CASE("of several problems the first is told, and how many others there are") {
  Review review;
  review.add({ErrorKind::usage, "--a: wrong", "mend it"});
  CHECK(review.summary().message() == "--a: wrong");
  review.add({ErrorKind::config, "--b: wrong"});
  CHECK(review.summary().message() == "--a: wrong (and 1 more problem: --print-config lists them)");
  review.add({ErrorKind::config, "--c: wrong"});
  CHECK(review.summary().message() == "--a: wrong (and 2 more problems: --print-config lists them)");
  CHECK(review.summary().hint() == "mend it");
  CHECK(review.summary().kind() == ErrorKind::usage);
}

TEST_CASE("the error of a parser that does not know its source names it") {
  Review review;
  const auto values = resolve(schema, {}, {{"SIDEKICK_URI", "x"}, {"SIDEKICK_LEVEL", "y"}}, review).values;
  const auto fails = [](const std::string& message) { return [message] { throw Error(ErrorKind::usage, message); }; };
  values.judge("uri", fails("--uri 'x': not a URI"));
  values.judge("level", fails("not a level"));
  values.judge("workers", fails("--workers is wrong"));
  CHECK(messages_of(review) ==
        Messages{"SIDEKICK_URI 'x': not a URI", "SIDEKICK_LEVEL: not a level", "--workers is wrong"});
}
