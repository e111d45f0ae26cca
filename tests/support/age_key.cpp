#include "tests/support/age_key.hpp"

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>

#include "tests/support/process.hpp"

namespace sidekick::test {

AgeKey::AgeKey() {
  if (run({.words = {"sh", "-c", "command -v age-keygen"}}, 10s).exit_code != 0) SKIP("there is no age-keygen");
  const auto made = run({.words = {"age-keygen", "-o", file().string()}}, 10s);
  const auto at = made.err.find("age1");
  if (made.exit_code != 0 || at == std::string::npos) throw std::runtime_error("age-keygen: " + made.describe());
  recipient_ = made.err.substr(at);
  recipient_.erase(recipient_.find_first_of("\r\n"));
}

}  // namespace sidekick::test
