#include "agent/config/flags.hpp"

#include <catch2/catch_test_macros.hpp>

#include "sidekick/error.hpp"

using namespace sidekick;
using namespace sidekick::config;

namespace {

const Schema schema{.command = "test",
                    .summary = "",
                    .arguments = "",
                    .description = "",
                    .settings = {{.name = "archive", .implied = "-", .arity = Arity::optional_value},
                                 {.name = "drop", .arity = Arity::flag},
                                 {.name = "jobs", .short_name = 'j'},
                                 {.name = "username", .short_name = 'u'},
                                 {.name = "password", .short_name = 'p', .secrecy = Secrecy::secret},
                                 {.name = "verbose", .short_name = 'v', .arity = Arity::count},
                                 {.name = "nsInclude", .arity = Arity::repeated},
                                 {.name = "ssl", .alias = "tls", .arity = Arity::flag}},
                    .file_keys = {}};

using Words = std::vector<std::string>;

Words given(const Words& words, std::string_view name) {
  const auto flags = parse_flags(schema, words);
  const auto found = flags.given.find(name);
  return found == flags.given.end() ? Words{} : found->second;
}

Error refusal(const Words& words) {
  try {
    parse_flags(schema, words);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    return error;
  }
  FAIL("the flags were taken");
  throw std::logic_error("unreachable");
}

}  // namespace

TEST_CASE("a value stands behind an equals sign or in the next word, and right behind a short flag") {
  for (const auto& words : {Words{"--jobs=4"}, Words{"--jobs", "4"}, Words{"-j4"}, Words{"-j=4"}, Words{"-j", "4"}})
    CHECK(given(words, "jobs") == Words{"4"});
  CHECK(given({"-u=root"}, "username") == Words{"root"});
  CHECK(given({"--username=a=b"}, "username") == Words{"a=b"});
  CHECK(given({"--username=-x"}, "username") == Words{"-x"});
  CHECK(given({"--jobs", "-5"}, "jobs") == Words{"-5"});
}

TEST_CASE("values keep every character") {
  for (const auto text : {"[a,b]", "a b", "\"q\"", "'q'", "%41", "ä,ö", "{w: 3, j: true}", "--"})
    CHECK(given({"--username=" + std::string(text)}, "username") == Words{text});
  CHECK(given({"--username", "[a]"}, "username") == Words{"[a]"});
}

TEST_CASE("an optional value that is not given is the implied one, and a following flag is never taken for it") {
  CHECK(given({"--archive"}, "archive") == Words{"-"});
  CHECK(given({"--archive", "--drop"}, "archive") == Words{"-"});
  CHECK(given({"--archive", "--drop"}, "drop") == Words{"true"});
  CHECK(given({"--archive", "-j4"}, "archive") == Words{"-"});
  CHECK(given({"--archive", "x.archive"}, "archive") == Words{"x.archive"});
  CHECK(given({"--archive=x.archive"}, "archive") == Words{"x.archive"});
  CHECK(given({"--archive=-"}, "archive") == Words{"-"});
  CHECK(given({"--archive", "-"}, "archive") == Words{"-"});
}

TEST_CASE("counts add up") {
  CHECK(given({"-vvv"}, "verbose") == Words{"true", "true", "true"});
  CHECK(given({"-v=2"}, "verbose") == Words{"2"});
  CHECK(given({"--verbose=3"}, "verbose") == Words{"3"});
  CHECK(given({"-vj4"}, "jobs") == Words{"4"});
}

TEST_CASE("a repeated flag keeps all its values in order") {
  CHECK(given({"--nsInclude", "a.*", "--drop", "--nsInclude=b.*"}, "nsInclude") == Words{"a.*", "b.*"});
  CHECK(parse_flags(schema, {"--nsInclude", "a.*", "folder"}).arguments == Words{"folder"});
}

TEST_CASE("a flag can be taken back, and has a second name") {
  CHECK(given({"--drop=false"}, "drop") == Words{"false"});
  CHECK(given({"--tls"}, "ssl") == Words{"true"});
}

TEST_CASE("arguments stand anywhere, and behind two dashes may look like flags") {
  CHECK(parse_flags(schema, {"a", "--drop", "b"}).arguments == Words{"a", "b"});
  CHECK(parse_flags(schema, {"--drop", "--", "--folder"}).arguments == Words{"--folder"});
  CHECK(parse_flags(schema, {"-"}).arguments == Words{"-"});
}

TEST_CASE("the file twin of a secret is a flag, that of another setting is not") {
  CHECK(given({"--password-file", "/run/secrets/x"}, "password-file") == Words{"/run/secrets/x"});
  CHECK(given({"--password-file=/x"}, "password-file") == Words{"/x"});
  CHECK(refusal({"--username-file=/x"}).message() == "unknown flag '--username-file'");
  CHECK(refusal({"--password-file"}).message() == "--password-file: the name of a file is missing");
}

TEST_CASE("an unknown flag names the nearest, and never its value") {
  CHECK(refusal({"--dorp"}).hint() == "did you mean '--drop'?");
  CHECK(refusal({"--password-fil=x"}).hint() == "did you mean '--password-file'?");
  CHECK(refusal({"--pasword=hunter2"}).message() == "unknown flag '--pasword'");
  CHECK(refusal({"-x"}).message() == "unknown flag '-x'");
}

TEST_CASE("a value that is missing or empty is an error that names the flag") {
  CHECK(refusal({"--jobs"}).message() == "--jobs: its value is missing");
  CHECK(refusal({"--jobs", "--drop"}).message() == "--jobs: its value is missing");
  CHECK(refusal({"--jobs="}).message() == "--jobs: its value is empty");
  CHECK(refusal({"--jobs", ""}).message() == "--jobs: its value is empty");
  CHECK(refusal({"--archive="}).message() == "--archive: its value is empty");
  CHECK(refusal({"-p"}).hint().find("--password-file") != std::string::npos);
}
