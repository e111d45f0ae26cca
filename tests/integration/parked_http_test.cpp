// --http of jobs that end: one that is parked, or settles, can be seen.
#include <catch2/catch_test_macros.hpp>

#include <csignal>

#include "sidekick/error.hpp"
#include "sidekick/http_client.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/ports.hpp"
#include "tests/support/sidekick.hpp"
#include "tests/support/temp_dir.hpp"

using namespace sidekick;
using namespace sidekick::test;

namespace {

struct Answer {
  int status = 0;  ///< 0 where nobody listens
  std::string body;
};

Answer ask(const std::string& address, const std::string& path) {
  try {
    HttpClient client({});
    auto response = client.send({.method = "GET", .url = "http://" + address + path}, {});
    return {response.status, std::move(response.body)};
  } catch (const Error&) {
    return {};
  }
}

void check_parked(std::vector<std::string> words, int code) {
  const auto address = "127.0.0.1:" + std::to_string(free_port());
  words.insert(words.begin() + 1, {"--http=" + address, "--park"});
  words.insert(words.begin(), sidekick_binary());
  Child child({words});
  const bool parked = eventually(30s, [&] { return ask(address, "/healthz").body == "ok (parked)\n"; });
  INFO(words[1] << ": " << child.err());
  REQUIRE(parked);
  CHECK(ask(address, "/healthz").status == 200);
  CHECK(ask(address, "/readyz").status == 503);
  CHECK(ask(address, "/metrics").body.find("sidekick_parked{job=\"" + words[1] + "\"} 1") != std::string::npos);
  child.signal(SIGTERM);
  CHECK(child.wait(10s).exit_code == code);
}

}  // namespace

TEST_CASE("a restore, dump, verify and run that are parked answer over HTTP") {
  const TempDir folder;
  check_parked({"restore", "--archive=" + (folder / "nothing.archive").string()}, 66);
  check_parked({"verify", (folder / "nothing.archive").string()}, 66);
  check_parked({"dump", "--port=99999"}, 64);
  check_parked({"run", "--", "/no/such/program"}, 127);
}

TEST_CASE("a wait answers over HTTP while it waits") {
  const auto address = "127.0.0.1:" + std::to_string(free_port());
  Child child({{sidekick_binary(), "wait", "--http=" + address, "tcp://127.0.0.1:" + std::to_string(free_port())}});
  REQUIRE(eventually(20s, [&] { return ask(address, "/healthz").status == 200; }));
  CHECK(ask(address, "/readyz").status == 503);
  CHECK(ask(address, "/metrics").status == 200);
  child.signal(SIGTERM);
  CHECK(child.wait(10s).exit_code == 143);
}

TEST_CASE("a success that settles says so and is ready") {
  const auto address = "127.0.0.1:" + std::to_string(free_port());
  Child child({{sidekick_binary(), "run", "--http=" + address, "--settle=1h", "--", "/bin/true"}});
  REQUIRE(eventually(20s, [&] { return ask(address, "/readyz").status == 200; }));
  CHECK(eventually(5s,
                   [&] { return child.err().find("staying up until the task has run for 1h") != std::string::npos; }));
  child.signal(SIGTERM);
  CHECK(child.wait(10s).exit_code == 0);
}
