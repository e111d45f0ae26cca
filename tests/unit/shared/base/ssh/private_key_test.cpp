#include "base/ssh/private_key.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/support/process.hpp"
#include "tests/support/temp_dir.hpp"

using namespace sidekick;
using namespace sidekick::test;

namespace {

std::string new_key(std::vector<std::string> options, const std::string& passphrase) {
  const TempDir folder;
  const auto file = (folder / "key").string();
  std::vector<std::string> words{"ssh-keygen", "-q", "-N", passphrase, "-f", file};
  words.insert(words.end(), options.begin(), options.end());
  REQUIRE(run({words}, 60s).exit_code == 0);
  return read_file(file);
}

}  // namespace

TEST_CASE("an RSA key is told from others in each form, and a locked one from an open one") {
  for (const std::string form : {"RFC4716", "PEM", "PKCS8"}) {
    INFO(form);
    const auto rsa = new_key({"-t", "rsa", "-b", "2048", "-m", form}, "");
    CHECK(is_rsa_key(rsa));
    CHECK_FALSE(is_encrypted_key(rsa));
    CHECK(fault_of_private_key(rsa).cause.empty());
    CHECK_FALSE(is_rsa_key(new_key({"-t", "ecdsa", "-m", form}, "")));
    CHECK(is_encrypted_key(new_key({"-t", "ecdsa", "-m", form}, "a passphrase")));
  }
  CHECK(is_rsa_key(new_key({"-t", "rsa", "-b", "2048"}, "a passphrase")));
  CHECK_FALSE(is_rsa_key(new_key({"-t", "ed25519"}, "")));
}

TEST_CASE("a key of another kind is told with what to do") {
  CHECK(fault_of_private_key("ssh-ed25519 AAAA me@home\n").cause == "it is a public key");
  CHECK(fault_of_private_key("PuTTY-User-Key-File-2: ssh-rsa\n").cause == "it is a key of PuTTY");
}
