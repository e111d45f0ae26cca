#include "run/environment.hpp"

#include <catch2/catch_test_macros.hpp>

#include "sidekick/error.hpp"

using namespace sidekick;
using namespace sidekick::run;

namespace {

std::string failure(std::string_view text) {
  try {
    parse_env_file(text, "f");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::config);
    return error.message();
  }
  return "";
}

}  // namespace

TEST_CASE("values of an env file are taken literally") {
  const auto all = parse_env_file("# c\n\nA=1\n  \nB= x \"y\"=z \r\n_C2=\nD=last", "f");
  CHECK(all == std::vector<Variable>{{"A", "1"}, {"B", " x \"y\"=z "}, {"_C2", ""}, {"D", "last"}});
}

TEST_CASE("an invalid line of an env file is reported by its number and not by its text") {
  CHECK(failure("A=1\nhunter2\n") == "env file 'f', line 2: the '=' is missing");
  CHECK(failure("A=1\n\n#\nexport X=1\n") == "env file 'f', line 4: the text before '=' is not a valid name");
  CHECK(failure("1A=1") == "env file 'f', line 1: the text before '=' is not a valid name");
  CHECK(failure("=1") == "env file 'f', line 1: the text before '=' is not a valid name");
  CHECK(failure(std::string_view("A=\0", 3)) == "env file 'f', line 1: it contains a zero byte");
}

TEST_CASE("a variable replaces only the one of its name") {
  std::vector<std::string> environment{"A=1", "AB=2", "A=3"};
  set_variable(environment, {"A", "4"});
  CHECK(environment == std::vector<std::string>{"AB=2", "A=4"});
}
