#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

#include "agent/status/http_server.hpp"
#include "agent/status/status_routes.hpp"
#include "sidekick/error.hpp"
#include "tests/unit/support/call.hpp"

using namespace sidekick;
using namespace sidekick::status;
using namespace sidekick::test;

namespace {

struct Service {
  Health health;
  HttpServer server{{"127.0.0.1", 0}, health_routes(health)};
  std::string port = std::to_string(server.port());
};

Ended check(std::vector<std::string> words, const std::vector<std::string>& environment = {}) {
  words.insert(words.begin(), {"sidekick", "healthcheck"});
  return call(words, environment);
}

}  // namespace

TEST_CASE("a healthcheck is 0 where the service lives, and 1 with one line where it is not there") {
  const Service service;
  const auto ended = check({"--http=" + service.port});
  CHECK(ended.code == 0);
  CHECK(ended.out == "http://127.0.0.1:" + service.port + "/healthz: 200 ok\n");
  CHECK(ended.err.empty());
  const auto refused = check({"http://127.0.0.1:1/"});
  CHECK(refused.code == 1);
  CHECK(refused.out.find("refused") != std::string::npos);
  CHECK(refused.out.find('\n') == refused.out.size() - 1);
}

TEST_CASE("a healthcheck for readiness fails until the job is ready") {
  Service service;
  const auto before = check({"--http=" + service.port, "--ready"});
  CHECK(before.code == 1);
  CHECK(before.out == "http://127.0.0.1:" + service.port + "/readyz: 503 not ready\n");
  service.health.ready();
  CHECK(check({"--http=" + service.port, "--ready"}).code == 0);
}

TEST_CASE("whom a healthcheck asks is told by argument, flag or the environment of the service") {
  const Service service;
  for (const auto& address : {"http://127.0.0.1:" + service.port, "localhost:" + service.port,
                              "http://127.0.0.1:" + service.port + "/healthz"})
    CHECK(check({address}, {"SIDEKICK_HTTP=:1"}).code == 0);
  CHECK(check({"http://127.0.0.1:" + service.port + "/absent"}).code == 1);
  for (const std::string name : {"SIDEKICK_HTTP=", "GITSYNC_HTTP_BIND="})
    for (const std::string host : {"", "0.0.0.0", "127.0.0.1", "localhost"})
      CHECK(check({}, {name + host + ":" + service.port}).code == 0);
  // Settings of the service that are none of the check's.
  CHECK(check({}, {"SIDEKICK_HTTP=" + service.port, "SIDEKICK_TIMEOUT=1ms", "SIDEKICK_READY=1", "SIDEKICK_REPO=x"})
            .code == 0);
}

TEST_CASE("a healthcheck that does not know whom to ask says what to set") {
  const auto ended = check({});
  CHECK(ended.code == 78);
  CHECK(ended.err.find("SIDEKICK_HTTP") != std::string::npos);
  CHECK(check({"--http=nonsense"}).code == 78);
  CHECK(check({"a", "b"}).code == 64);
  CHECK(check({"--reddy"}).code == 64);
  CHECK(check({"--help"}).code == 0);
}
