#include "agent/status/sync_route.hpp"

#include <catch2/catch_test_macros.hpp>

#include "agent/status/http_answer.hpp"

using namespace sidekick;
using namespace sidekick::status;

namespace {

// The example of GitHub's own documentation.
constexpr auto token = "It's a Secret to Everybody";
constexpr auto payload = "Hello, World!";
const std::string signature = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

struct Endpoint {
  explicit Endpoint(const std::string& secret = token) : routes{sync_route(Secret(secret), [this] { syncs++; })} {}
  int post(std::vector<HttpHeader> headers, const std::string& body = payload) const {
    return answer(routes, {"POST", "/sync", std::move(headers), body}).status;
  }
  int syncs = 0;
  std::vector<Route> routes;
};

}  // namespace

TEST_CASE("whoever has the token may ask for a sync") {
  const Endpoint endpoint;
  CHECK(endpoint.post({{"authorization", std::string("bearer ") + token}}) == 202);
  CHECK(endpoint.post({{"Authorization", std::string("Bearer  ") + token}}) == 202);
  CHECK(endpoint.syncs == 2);
}

TEST_CASE("nobody else may: 401 without a proof, 403 for a wrong one") {
  const Endpoint endpoint;
  CHECK(endpoint.post({}) == 401);
  for (const auto& value : {"Bearer", "Bearer ", "Bearer wrong", "Basic eDp5", "", "Bearer It's a Secret to Everybod"})
    CHECK(endpoint.post({{"Authorization", value}}) == 403);
  CHECK(answer(endpoint.routes, {"GET", "/sync", {}, {}}).status == 405);
  CHECK(endpoint.syncs == 0);
}

TEST_CASE("without a token nobody may ask, an empty one proves nothing") {
  const Endpoint endpoint("");
  CHECK(endpoint.post({}) == 403);
  CHECK(endpoint.post({{"Authorization", "Bearer "}}) == 403);
  CHECK(endpoint.post({{"X-Gitlab-Token", ""}}) == 403);
  CHECK(endpoint.syncs == 0);
}

TEST_CASE("the webhooks of the forges are known by their signature or token") {
  const Endpoint endpoint;
  CHECK(endpoint.post({{"X-GitHub-Event", "push"}, {"X-Hub-Signature-256", "sha256=" + signature}}) == 202);
  CHECK(endpoint.post({{"X-Gitea-Event", "push"}, {"X-Gitea-Signature", signature}}) == 202);
  CHECK(endpoint.post({{"X-Forgejo-Event", "push"}, {"X-Forgejo-Signature", signature}}) == 202);
  CHECK(endpoint.post({{"X-Gitlab-Event", "Push Hook"}, {"X-Gitlab-Token", token}}) == 202);
  CHECK(endpoint.syncs == 4);
}

TEST_CASE("a webhook whose body or signature was changed is refused") {
  const Endpoint endpoint;
  CHECK(endpoint.post({{"X-Hub-Signature-256", "sha256=" + signature}}, "Hello, World?") == 403);
  CHECK(endpoint.post({{"X-Hub-Signature-256", signature}}) == 403);
  CHECK(endpoint.post({{"X-Hub-Signature-256", ""}}) == 403);
  CHECK(endpoint.post({{"X-Hub-Signature", "sha1=" + signature}}) == 401);
  CHECK(endpoint.post({{"X-Gitea-Signature", "00" + signature.substr(2)}}) == 403);
  CHECK(endpoint.post({{"X-Gitea-Signature", ""}}) == 403);
  CHECK(endpoint.post({{"X-Gitlab-Token", "wrong"}}) == 403);
  CHECK(endpoint.syncs == 0);
}

TEST_CASE("a forge's ping is answered and nothing is synced for it") {
  const Endpoint endpoint;
  CHECK(endpoint.post({{"X-GitHub-Event", "ping"}, {"X-Hub-Signature-256", "sha256=" + signature}}) == 200);
  CHECK(endpoint.post({{"X-GitHub-Event", "ping"}}) == 401);
  CHECK(endpoint.syncs == 0);
}
