// S3 servers that are elsewhere than they seem.
#include <catch2/catch_test_macros.hpp>

#include "sidekick/error.hpp"
#include "storage/s3/s3_storage.hpp"
#include "tests/integration/storage_places.hpp"
#include "tests/support/apache.hpp"
#include "tests/support/s3_server.hpp"
#include "tests/support/tcp_server.hpp"
#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::test;
using sidekick::storage::s3::Addressing;
using sidekick::storage::s3::S3Storage;

namespace {

std::optional<Error> refusal(storage::s3::Settings settings) {
  S3Storage storage(std::move(settings));
  auto error = error_of([&] { storage.check(CancelToken()); });
  if (error) UNSCOPED_INFO(error->message() << " / " << error->hint());
  return error;
}

storage::s3::Settings settings_for(const std::string& endpoint) {
  storage::s3::Settings out;
  out.endpoint = endpoint;
  out.region = "eu-1";
  out.bucket = "bucket";
  out.prefix = "x";
  out.credentials = {"id", Secret("key"), {}};
  return out;
}

/// Answers each request with 307 and where the same is at `to`.
void redirect(TcpPeer& peer, const std::string& to, std::atomic<int>& requests) {
  while (const auto request = peer.read_request()) {
    requests++;
    const auto begin = request->find(' ') + 1;
    const auto target = request->substr(begin, request->find(' ', begin) - begin);
    peer.answer("307 Temporary Redirect", "<Error><Code>TemporaryRedirect</Code></Error>",
                "Location: " + to + target + "\r\n");
  }
}

}  // namespace

TEST_CASE("s3: an endpoint may name the bucket") {
  const S3Server server;
  auto settings = s3_settings(server);
  settings.endpoint += "/bucket";
  S3Storage storage(settings);
  CHECK(storage.check(CancelToken()) == storage::Exclusion::strict);
  store(storage, "object", "bytes");
  CHECK(read_file(server.bucket() / settings.prefix / "object") == "bytes");
  CHECK(names_in(storage) == std::vector<std::string>{"object"});

  const S3Server by_host({.virtual_domain = "s3.test"});
  settings = s3_settings(by_host);
  settings.endpoint = "http://bucket.s3.test";
  settings.addressing = Addressing::virtual_host;
  settings.http.proxies.http = by_host.endpoint();
  S3Storage other(settings);
  store(other, "object", "bytes");
  CHECK(read_file(by_host.bucket() / settings.prefix / "object") == "bytes");
  settings.addressing = Addressing::path;
  const auto wrong = refusal(settings);
  REQUIRE(wrong);
  CHECK(mentions(*wrong, "--s3-addressing=virtual"));
}

TEST_CASE("s3: a redirect is followed with all that was to be sent") {
  const S3Server server;
  std::atomic<int> requests = 0;
  TcpServer redirector([&](TcpPeer& peer) { redirect(peer, server.endpoint(), requests); });
  auto settings = s3_settings(server);
  settings.endpoint = redirector.url("");
  S3Storage storage(settings);
  CHECK(storage.check(CancelToken()) == storage::Exclusion::strict);
  const auto content = noise(12'000'000);
  store(storage, "object", content);
  CHECK((content_of(storage, "object") == content));
  CHECK(names_in(storage) == std::vector<std::string>{"object"});
  storage.remove("object", CancelToken());
  CHECK(names_in(storage).empty());
  CHECK(requests > 8);
}

TEST_CASE("s3: redirects that never end or lead to plain http are not followed") {
  std::atomic<int> requests = 0;
  TcpServer circle([&](TcpPeer& peer) { redirect(peer, "", requests); });
  auto settings = settings_for(circle.url(""));
  const auto endless = refusal(settings);
  REQUIRE(endless);
  CHECK(endless->kind() == ErrorKind::config);
  CHECK(requests <= 6);

  const Certificates certificates;
  TcpServer plain([](TcpPeer& peer) { peer.wait_for_end(); });
  const Apache downgrading({.certificates = &certificates, .configuration = "Redirect 307 / " + plain.url()});
  settings.endpoint = "https://127.0.0.1:" + std::to_string(downgrading.port());
  settings.http.tls.ca_file = certificates.authority().string();
  const auto downgrade = refusal(settings);
  REQUIRE(downgrade);
  CHECK(downgrade->kind() == ErrorKind::config);
  CHECK(mentions(*downgrade, plain.url("")));
  CHECK(plain.connections() == 0);
}

TEST_CASE("s3: https to a port of http and the reverse are told") {
  const Certificates certificates;
  const S3Server plain;
  auto settings = s3_settings(plain);
  settings.endpoint.replace(0, 4, "https");
  const auto https = refusal(settings);
  REQUIRE(https);
  CHECK(https->kind() == ErrorKind::config);
  CHECK(https->hint() == "write http://");
  const S3Server secure({.certificates = &certificates});
  settings = s3_settings(secure);
  settings.endpoint.replace(0, 5, "http");
  settings.retry_times.unanswered = std::chrono::milliseconds(0);
  const auto http = refusal(settings);
  REQUIRE(http);
  CHECK(mentions(*http, "https://"));
}

TEST_CASE("s3: a name that the bucket has not is hinted at") {
  auto settings = settings_for("http://nowhere.invalid");
  settings.addressing = Addressing::virtual_host;
  settings.retry_times.unanswered = std::chrono::milliseconds(0);
  const auto error = refusal(settings);
  REQUIRE(error);
  CHECK(mentions(*error, "--s3-addressing=path"));
}
