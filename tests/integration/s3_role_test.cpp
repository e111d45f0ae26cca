// S3 with keys that a role gives out.
#include <catch2/catch_test_macros.hpp>

#include <map>
#include <set>

#include "sidekick/error.hpp"
#include "storage/open_storage.hpp"
#include "tests/integration/s3_proxy.hpp"
#include "tests/integration/storage_places.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/ports.hpp"
#include "tests/support/role_server.hpp"
#include "tests/support/s3_server.hpp"
#include "tests/support/sidekick.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::test;

namespace {

using Variables = std::map<std::string, std::string>;

std::unique_ptr<storage::Storage> open_with(const Variables& variables, const std::string& endpoint) {
  storage::Access access;
  access.s3_endpoint = endpoint;
  access.s3_role = storage::s3::role_settings_from(variables);
  return storage::open_storage("s3://bucket/some/where", access);
}

std::optional<Error> refusal(const Variables& variables, const std::string& endpoint = "http://127.0.0.1:1") {
  auto error = error_of([&] { open_with(variables, endpoint)->check(CancelToken()); });
  if (error) UNSCOPED_INFO(error->message() << " / " << error->hint());
  return error;
}

RoleKeys for_an_hour(int number) {
  return {.session_token = "token-" + std::to_string(number)};
}

/// S3 that takes session tokens, and remembers them.
class TokenServer final {
 public:
  std::string endpoint() const { return proxy_.endpoint(); }
  std::filesystem::path bucket() const { return server_.bucket(); }
  /// The answer to requests with this token is that it has expired.
  void expire(const std::string& token) {
    const std::lock_guard lock(mutex_);
    expired_ = token;
  }
  std::set<std::string> seen() const {
    const std::lock_guard lock(mutex_);
    return seen_;
  }
  int parts() const { return parts_; }

 private:
  Fate decide(std::string& request) {
    const auto token = take_session_token(request);
    const std::lock_guard lock(mutex_);
    seen_.insert(token);
    if (token == expired_) return Fate::expire;
    if (request.starts_with("PUT") && request.find("partNumber=") < request.find("\r\n")) parts_++;
    return token.empty() ? Fate::refuse : Fate::pass;
  }

  S3Server server_;
  mutable std::mutex mutex_;
  std::set<std::string> seen_;
  std::string expired_ = "none";
  std::atomic<int> parts_ = 0;
  S3Proxy proxy_{server_.port(), [this](std::string& request) { return decide(request); }};
};

}  // namespace

TEST_CASE("s3: the role of an instance, a container or a web identity gives out the keys") {
  const RoleServer role(for_an_hour);
  const TempDir folder;
  write_file(folder / "agent", RoleServer::agent_token() + "\n");
  write_file(folder / "identity", RoleServer::identity_token());
  const auto agent = role.url("/agent");
  const std::vector<Variables> ways{
      {{"AWS_EC2_METADATA_SERVICE_ENDPOINT", role.url("")}},
      {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", agent}, {"AWS_CONTAINER_AUTHORIZATION_TOKEN", RoleServer::agent_token()}},
      {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", agent},
       {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "an old one"},
       {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", (folder / "agent").string()}},
      {{"AWS_WEB_IDENTITY_TOKEN_FILE", (folder / "identity").string()},
       {"AWS_ROLE_ARN", RoleServer::role_arn()},
       {"AWS_ENDPOINT_URL_STS", role.url("/sts")}}};
  int number = 0;
  for (const auto& way : ways) {
    CAPTURE(way.begin()->first, ++number);
    const TokenServer server;
    const auto storage = open_with(way, server.endpoint());
    const auto name = "object-" + std::to_string(number);
    store(*storage, name, "bytes");
    CHECK(content_of(*storage, name) == "bytes");
    CHECK(role.given() == number);
    CHECK(server.seen() == std::set<std::string>{"token-" + std::to_string(number)});
  }
}

TEST_CASE("s3: a web identity comes before a container and that before the instance") {
  const RoleServer role(for_an_hour);
  const TokenServer server;
  const TempDir folder;
  write_file(folder / "identity", RoleServer::identity_token());
  Variables all{{"AWS_EC2_METADATA_SERVICE_ENDPOINT", role.url("")},
                {"AWS_CONTAINER_CREDENTIALS_FULL_URI", role.url("/agent")},
                {"AWS_CONTAINER_AUTHORIZATION_TOKEN", RoleServer::agent_token()},
                {"AWS_WEB_IDENTITY_TOKEN_FILE", (folder / "identity").string()},
                {"AWS_ROLE_ARN", RoleServer::role_arn()},
                {"AWS_ENDPOINT_URL_STS", role.url("/sts")}};
  CHECK_FALSE(refusal(all, server.endpoint()));
  CHECK(role.asked().back() == "POST /sts");
  all.erase("AWS_WEB_IDENTITY_TOKEN_FILE");
  CHECK_FALSE(refusal(all, server.endpoint()));
  CHECK(role.asked().back() == "GET /agent");
  all.erase("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  CHECK_FALSE(refusal(all, server.endpoint()));
  CHECK(role.asked().back() == "GET /latest/meta-data/iam/security-credentials/backup-role");
}

TEST_CASE("s3: keys of a role are renewed before they end, in a running upload too") {
  const RoleServer role([](int number) { return RoleKeys{"token-" + std::to_string(number), 4s}; });
  const TokenServer server;
  const auto storage = open_with({{"AWS_EC2_METADATA_SERVICE_ENDPOINT", role.url("")}}, server.endpoint());
  const auto piece = noise(6'000'000);
  std::string all;
  const auto sink = storage->create("object", CancelToken());
  const auto until_renewed = std::chrono::steady_clock::now() + 30s;
  while (server.seen().size() < 2 && std::chrono::steady_clock::now() < until_renewed) {
    sink->write(bytes_of(piece));
    all += piece;
    const int sent = server.parts();
    eventually(500ms, [&] { return server.parts() > sent; });
  }
  sink->finish();
  CHECK(server.seen().size() >= 2);
  CHECK((content_of(*storage, "object") == all));
}

TEST_CASE("s3: keys that the server takes for expired are asked for anew, once there are others") {
  for (const bool has_others : {true, false}) {
    CAPTURE(has_others);
    const RoleServer role(
        [&](int number) { return RoleKeys{has_others ? "token-" + std::to_string(number) : "token-1"}; });
    TokenServer server;
    server.expire("token-1");
    const auto error = refusal({{"AWS_EC2_METADATA_SERVICE_ENDPOINT", role.url("")}}, server.endpoint());
    CHECK(role.given() == 2);
    REQUIRE(error.has_value() != has_others);
    if (error) CHECK(error->kind() == ErrorKind::denied);
  }
}

TEST_CASE("s3: an instance that does not answer is waited for a moment, and the hop limit is named") {
  TcpServer silent([](TcpPeer& peer) { peer.wait_for_end(); });
  const auto begun = std::chrono::steady_clock::now();
  const auto error = refusal({{"AWS_EC2_METADATA_SERVICE_ENDPOINT", silent.url("")}});
  CHECK(std::chrono::steady_clock::now() - begun < 5s);
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::config);
  CHECK(mentions(*error, "within 1 s"));
  CHECK(mentions(*error, "--http-put-response-hop-limit 2"));
}

TEST_CASE("s3: a role that gives nothing out is told, and what is wrong with it") {
  const RoleServer role(for_an_hour);
  const TempDir folder;
  write_file(folder / "identity", "a secret of somebody else");
  const auto denied = refusal(
      {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", role.url("/agent")}, {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "a secret"}});
  REQUIRE(denied);
  CHECK(denied->kind() == ErrorKind::denied);
  CHECK_FALSE(mentions(*denied, "a secret"));
  Variables identity{{"AWS_WEB_IDENTITY_TOKEN_FILE", (folder / "identity").string()},
                     {"AWS_ROLE_ARN", RoleServer::role_arn()},
                     {"AWS_ENDPOINT_URL_STS", role.url("/sts")}};
  const auto untrusted = refusal(identity);
  REQUIRE(untrusted);
  CHECK(untrusted->kind() == ErrorKind::denied);
  CHECK(mentions(*untrusted, "InvalidIdentityToken"));
  CHECK_FALSE(mentions(*untrusted, "a secret"));
  identity["AWS_WEB_IDENTITY_TOKEN_FILE"] = (folder / "none").string();
  CHECK(refusal(identity)->kind() == ErrorKind::no_input);
  identity.erase("AWS_ROLE_ARN");
  CHECK(refusal(identity)->kind() == ErrorKind::config);
  TcpServer none([](TcpPeer& peer) {
    while (const auto request = peer.read_request())
      peer.answer(request->starts_with("PUT") ? "200 OK" : "404 Not Found", "x");
  });
  const auto no_role = refusal({{"AWS_EC2_METADATA_SERVICE_ENDPOINT", none.url("")}});
  REQUIRE(no_role);
  CHECK(mentions(*no_role, "has no role"));
  const auto away =
      refusal({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:" + std::to_string(free_port()) + "/"}});
  REQUIRE(away);
  CHECK(away->kind() == ErrorKind::unavailable);
}

TEST_CASE("s3: an agent of containers that does not answer is named, without the path that opens it") {
  TcpServer silent([](TcpPeer& peer) { peer.wait_for_end(); });
  const auto refused = "http://127.0.0.1:" + std::to_string(free_port());
  for (const auto& agent : {silent.url(""), refused}) {
    CAPTURE(agent);
    const auto error = refusal({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", agent + "/v2/credentials/4d2b-path"}});
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::unavailable);
    CHECK(mentions(*error, "no credentials for S3 from the container's agent at '" + agent + "'"));
    CHECK_FALSE(mentions(*error, "4d2b-path"));
  }
}

TEST_CASE("s3: nobody is asked for keys who may not be") {
  for (const std::string uri :
       {"http://10.0.0.1/", "http://agent.example/", "http://127.evil.example/", "ftp://127.0.0.1/"}) {
    CAPTURE(uri);
    const auto error = refusal({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", uri}});
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::config);
  }
  for (const std::string uri :
       {"http://169.254.170.2/x", "http://169.254.170.23/x", "http://[fd00:ec2::23]/x", "https://agent.example/"})
    CHECK_NOTHROW(storage::s3::require_container_address(uri));
  // A server of one's own has no roles; nobody is asked, and it is said at once.
  const auto error = refusal({});
  REQUIRE(error);
  CHECK(mentions(*error, "--s3-access-key"));
  CHECK(refusal({{"AWS_EC2_METADATA_DISABLED", "true"}}, "https://s3.eu-1.amazonaws.com"));
}

TEST_CASE("a backup to S3 takes the role from the environment and tells none of its keys") {
  const TokenServer server;
  const RoleServer role([](int) { return RoleKeys{"session-token-of-the-role"}; });
  const TempDir folder;
  write_file(folder / "file", "content");
  const auto finished = run({.words = {sidekick_binary(), "backup", "--from=dir:" + folder.path().string(),
                                       "--to=s3://bucket/x", "--s3-endpoint=" + server.endpoint(), "--log-level=debug"},
                             .environment = {{"AWS_EC2_METADATA_SERVICE_ENDPOINT", role.url("")}}},
                            60s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 0);
  CHECK((finished.out + finished.err).find("session-token-of-the-role") == std::string::npos);
  CHECK((finished.out + finished.err).find(S3Server::secret_key()) == std::string::npos);
}
