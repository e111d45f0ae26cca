// S3 with all that goes wrong on the way to it.
#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <thread>

#include "sidekick/error.hpp"
#include "storage/open_storage.hpp"
#include "storage/s3/s3_storage.hpp"
#include "tests/integration/s3_proxy.hpp"
#include "tests/integration/storage_places.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/ports.hpp"
#include "tests/support/s3_server.hpp"
#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::test;
using sidekick::storage::Exclusion;
using sidekick::storage::s3::S3Storage;

namespace {

const CancelToken& never() {
  static const CancelToken token;
  return token;
}

S3Storage through(const S3Proxy& proxy, const S3Server& server) {
  auto settings = s3_settings(server);
  settings.endpoint = proxy.endpoint();
  return S3Storage(std::move(settings));
}

/// For one thread.
class Warnings final : public Log {
 public:
  void write(LogLevel level, std::string_view message, LogFields) noexcept override {
    if (level == LogLevel::warning) messages.emplace_back(message);
  }
  std::vector<std::string> messages;
};

bool completes(const std::string& request) {
  return request.starts_with("POST") && request.find("uploadId=") < request.find("\r\n");
}

std::optional<Error> refusal(storage::s3::Settings settings) {
  S3Storage storage(std::move(settings));
  auto error = error_of([&] { storage.check(never()); });
  if (error) CHECK_FALSE(mentions(*error, S3Server::secret_key()));
  return error;
}

}  // namespace

TEST_CASE("s3: a wrong key is denied and a wrong region told") {
  const S3Server server({.region = "eu-1"});
  auto settings = s3_settings(server);
  const auto region = refusal(settings);
  settings.region = "eu-1";
  CHECK_FALSE(refusal(settings));
  settings.credentials.secret_key = Secret("wrong");
  const auto secret = refusal(settings);
  settings.credentials.access_key = "nobody";
  const auto access = refusal(settings);
  REQUIRE((region && secret && access));
  CHECK(region->kind() == ErrorKind::config);
  CHECK(mentions(*region, "'eu-1'"));
  CHECK(secret->kind() == ErrorKind::denied);
  CHECK(mentions(*secret, "SignatureDoesNotMatch"));
  INFO(access->message());
  CHECK(access->kind() == ErrorKind::denied);
}

TEST_CASE("s3: an upload and a download get through where requests and answers are lost again and again") {
  const S3Server server;
  std::atomic<int> requests = 0;
  const S3Proxy proxy(server.port(), [&](std::string&) {
    const int n = ++requests;
    if (n % 3 == 0) return Fate::lose_request;
    if (n % 4 == 0) return Fate::lose_answer;
    return n % 5 == 0 ? Fate::slow_down : Fate::pass;
  });
  auto storage = through(proxy, server);
  const auto content = noise(22'000'000);
  store(storage, "object", content);
  CHECK((content_of(storage, "object") == content));
  for (int i = 0; i < 10; i++) CHECK(storage.put_if_absent("small-" + std::to_string(i), "x", never()));
  CHECK_FALSE(storage.put_if_absent("small-1", "y", never()));
  CHECK(names_in(storage).size() == 11);
  CHECK(storage.leftovers("", never()).empty());
}

TEST_CASE("s3: an upload whose last answer is lost has won or not as the server says") {
  const S3Server server;
  std::atomic<int> lost = 0;
  const S3Proxy proxy(server.port(), [&](std::string& request) {
    const bool named = completes(request) || request.starts_with("PUT /bucket/some/where/small");
    return named && lost++ % 2 == 0 ? Fate::lose_answer : Fate::pass;
  });
  auto storage = through(proxy, server);
  const auto content = noise(6'000'000);
  store(storage, "large", content);
  CHECK(storage.put_if_absent("small", "x", never()));
  CHECK(lost >= 3);
  const auto taken = error_of([&] { store(storage, "large", content); });
  REQUIRE(taken);
  CHECK(taken->kind() == ErrorKind::cannot_create);
  CHECK_FALSE(storage.put_if_absent("small", "x", never()));
  CHECK(storage.leftovers("", never()).empty());
}

TEST_CASE("s3: a byte that is damaged on its way is found and sent again") {
  const S3Server server;
  std::atomic<int> damaged = 0;
  const S3Proxy proxy(server.port(), [&](std::string& request) {
    if (request.starts_with("PUT") && damaged < 2 && damaged++ >= 0) request[request.size() - 10] ^= 1;
    return Fate::pass;
  });
  auto storage = through(proxy, server);
  const auto content = noise(6'000'000);
  store(storage, "object", content);
  CHECK(damaged == 2);
  CHECK((content_of(storage, "object") == content));
}

TEST_CASE("s3: a server that takes no notice of conditions is advisory") {
  const S3Server server;
  for (const auto fate : {Fate::pass, Fate::refuse}) {
    const S3Proxy proxy(server.port(), [&](std::string& request) {
      if (fate == Fate::refuse && request.find("If-None-Match") < request.find("\r\n\r\n")) return fate;
      remove_header(request, "If-None-Match");
      return Fate::pass;
    });
    auto storage = through(proxy, server);
    CHECK(storage.check(never()) == Exclusion::advisory);
    const std::string name = fate == Fate::pass ? "ignored" : "refused";
    CHECK(storage.put_if_absent(name, "first", never()));
    CHECK_FALSE(storage.put_if_absent(name, "second", never()));
    const auto content = noise(6'000'000);
    CHECK(error_of([&] { store(storage, name, content); }));
    store(storage, name + "-large", content);
    CHECK(storage.get(name, never()) == "first");
    CHECK(names_in(storage, name).size() == 2);
  }
}

TEST_CASE("s3: a server that takes conditions for small objects only keeps to them there") {
  // Else a lease would be advisory from the first large object on.
  const S3Server server;
  std::atomic<int> unconditional = 0;
  const S3Proxy proxy(server.port(), [&](std::string& request) {
    const bool conditional = request.find("If-None-Match") < request.find("\r\n\r\n");
    if (request.starts_with("PUT") && !conditional && request.find("/lease ") < request.find("\r\n")) unconditional++;
    return completes(request) && conditional ? Fate::refuse : Fate::pass;
  });
  auto storage = through(proxy, server);
  REQUIRE(storage.check(never()) == Exclusion::strict);
  store(storage, "large", noise(6'000'000));
  CHECK(storage.put_if_absent("lease", "first", never()));
  CHECK_FALSE(storage.put_if_absent("lease", "second", never()));
  CHECK(unconditional == 0);
}

TEST_CASE("s3: a server that stays busy is unavailable after the time allowed") {
  const S3Server server;
  const S3Proxy proxy(server.port(), [](std::string&) { return Fate::slow_down; });
  auto settings = s3_settings(server);
  settings.endpoint = proxy.endpoint();
  settings.retry_times.whole = 300ms;
  const auto error = refusal(settings);
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::unavailable);
  CHECK(mentions(*error, "SlowDown"));
}

TEST_CASE("s3: a server that has never answered is soon left to those who tell of it") {
  const S3Server server;
  auto settings = s3_settings(server);
  settings.endpoint = "http://127.0.0.1:" + std::to_string(free_port());
  settings.retry_times = {};
  const auto begun = std::chrono::steady_clock::now();
  const auto error = refusal(settings);
  CHECK(std::chrono::steady_clock::now() - begun < 30s);
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::unavailable);
  CHECK(mentions(*error, "onnection refused"));
}

TEST_CASE("s3: a server that has been silent for long is soon left to those who tell of it too") {
  const S3Server server;
  std::atomic<bool> away = false;
  const S3Proxy proxy(server.port(), [&](std::string&) { return away ? Fate::slow_down : Fate::pass; });
  auto settings = s3_settings(server);
  settings.endpoint = proxy.endpoint();
  settings.retry_times = {.first = 10ms, .longest = 10ms, .whole = 60s, .unanswered = 100ms, .silence = 0ms};
  S3Storage storage(std::move(settings));
  storage.check(never());
  away = true;
  const auto begun = std::chrono::steady_clock::now();
  const auto error = error_of([&] { storage.list("", never()); });
  CHECK(std::chrono::steady_clock::now() - begun < 30s);
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::unavailable);
}

TEST_CASE("s3: the first failed try of a request is warned of and further ones are not") {
  const S3Server server;
  std::atomic<int> failures = 3;
  const S3Proxy proxy(server.port(), [&](std::string&) { return failures-- > 0 ? Fate::slow_down : Fate::pass; });
  Warnings log;
  auto settings = s3_settings(server);
  settings.endpoint = proxy.endpoint();
  settings.log = &log;
  S3Storage storage(std::move(settings));
  CHECK(storage.list("", never()).empty());
  REQUIRE(log.messages.size() == 1);
  CHECK(log.messages[0].find("SlowDown") != std::string::npos);
  CHECK(log.messages[0].find("retrying") != std::string::npos);
}

TEST_CASE("s3: what a check left that was killed is found among the leftovers and removed") {
  const S3Server server;
  S3Storage storage(s3_settings(server));
  std::filesystem::create_directories(server.bucket() / "some/where");
  write_file(server.bucket() / "some/where/.check-0123456789abcdef", "x");
  const auto left = storage.leftovers("check", never());
  REQUIRE(left.size() == 1);
  CHECK(left[0].name == "check");
  CHECK(storage.leftovers("shop", never()).empty());
  CHECK(storage.list("", never()).empty());
  storage.discard(left[0], never());
  CHECK(storage.leftovers("check", never()).empty());
}

TEST_CASE("s3: an upload goes on after the server was killed and started again") {
  S3Server server;
  S3Storage storage(s3_settings(server));
  const auto content = noise(22'000'000);
  const auto sink = storage.create("object", never());
  sink->write(bytes_of(std::string_view(content).substr(0, 11'000'000)));
  server.kill();
  std::thread rest([&] {
    sink->write(bytes_of(std::string_view(content).substr(11'000'000)));
    sink->finish();
  });
  server.start();
  rest.join();
  CHECK((content_of(storage, "object") == content));
  CHECK(storage.leftovers("", never()).empty());
}

TEST_CASE("s3: a server that says nothing is let go of when cancelled") {
  TcpServer silent([](TcpPeer& peer) { peer.wait_for_end(); });
  const S3Server server;
  auto settings = s3_settings(server);
  settings.endpoint = silent.url("");
  S3Storage storage(settings);
  CancelSource source;
  std::chrono::steady_clock::time_point cancelled;
  std::thread canceller([&] {
    eventually(10s, [&] { return silent.connections() > 0; });
    cancelled = std::chrono::steady_clock::now();
    source.cancel();
  });
  const auto error = error_of([&] {
    const auto sink = storage.create("object", source.token());
    sink->write(bytes_of(noise(12'000'000)));
    sink->finish();
  });
  canceller.join();
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::cancelled);
  CHECK(std::chrono::steady_clock::now() - cancelled < 2s);
}

TEST_CASE("s3: an object that changes while it is read is told") {
  const S3Server server;
  S3Storage storage(s3_settings(server));
  store(storage, "object", noise(12'000'000, 1));
  const auto source = storage.open("object", never());
  std::vector<std::uint8_t> piece(1'000'000);
  source->read(piece);
  storage.replace("object", noise(1'000'000, 2), never());
  const auto error = error_of([&] {
    while (source->read(piece) > 0) {
    }
  });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::data);
}

TEST_CASE("s3: https is spoken with an authority of one's own") {
  const Certificates certificates;
  const S3Server server({.certificates = &certificates});
  storage::Access access;
  access.s3_endpoint = server.endpoint();
  access.s3_access_key = S3Server::access_key();
  access.s3_secret_key = Secret(S3Server::secret_key());
  access.http.tls.ca_file = certificates.authority().string();
  const auto storage = storage::open_storage("s3://bucket/deep/down/", access);
  CHECK(storage->where() == "s3://bucket/deep/down");
  CHECK(storage->check(never()) == Exclusion::strict);
  store(*storage, "object", noise(9'000'000));
  CHECK((content_of(*storage, "object") == noise(9'000'000)));
  access.http.tls.ca_file = certificates.other_authority().string();
  const auto error = error_of([&] { storage::open_storage("s3://bucket", access)->check(never()); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::denied);
}

TEST_CASE("s3: buckets are hosts where the server has it so and a proxy leads there") {
  const S3Server server({.virtual_domain = "s3.test"});
  storage::Access access;
  access.s3_endpoint = "http://s3.test";
  access.s3_access_key = S3Server::access_key();
  access.s3_secret_key = Secret(S3Server::secret_key());
  access.s3_addressing = storage::Access::Addressing::virtual_host;
  access.http.proxies.http = server.endpoint();
  const auto storage = storage::open_storage("s3://bucket/down", access);
  store(*storage, "object", "bytes");
  CHECK(content_of(*storage, "object") == "bytes");
  CHECK(read_file(server.bucket() / "down" / "object") == "bytes");
}
