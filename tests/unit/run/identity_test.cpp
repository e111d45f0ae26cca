#include "run/identity.hpp"

#include <catch2/catch_test_macros.hpp>

#include "sidekick/error.hpp"
#include "tests/support/temp_dir.hpp"

using namespace sidekick;
using namespace sidekick::run;
using namespace sidekick::test;

namespace {

struct Files {
  Files() {
    write_file(dir / "passwd", "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1001:App:/srv/app:/bin/sh\nbroken line\n");
    write_file(dir / "group", "root:x:0:\napp:x:1001:\ndocker:x:998:other,app\nlogs:x:4:app\n");
  }
  Account find(std::string_view text) const {
    return find_account(text, (dir / "passwd").string(), (dir / "group").string());
  }
  TempDir dir;
};

}  // namespace

TEST_CASE("a user is found by name and number, with groups and home") {
  const Files files;
  for (const auto* text : {"app", "1000"}) {
    const auto account = files.find(text);
    CHECK(account.identity.user == 1000);
    CHECK(account.identity.group == 1001);
    CHECK(account.identity.groups == std::vector<gid_t>{998, 4});
    CHECK(account.home == "/srv/app");
  }
}

TEST_CASE("a given group replaces that of the user") {
  const Files files;
  CHECK(files.find("app:docker").identity.group == 998);
  CHECK(files.find("app:55").identity.group == 55);
  CHECK(files.find("app:docker").identity.groups.empty());
}

TEST_CASE("a number needs neither an entry nor the files") {
  const Files files;
  CHECK(files.find("4711").identity.user == 4711);
  CHECK(files.find("4711").identity.group == 4711);
  CHECK(files.find("4711").home == "/");
  CHECK(find_account("5:6", "/no/such", "/no/such").identity.group == 6);
}

TEST_CASE("an unknown name is an error") {
  const Files files;
  for (const auto* text : {"nobody", "", "app:nobody", "app:", "-1", "4294967295", "1x"}) {
    INFO(text);
    CHECK_THROWS_AS(files.find(text), Error);
  }
}
