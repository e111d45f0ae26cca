// Requests to real servers, and to some that misbehave.
#include "sidekick/http_client.hpp"

#include <catch2/catch_test_macros.hpp>

#include <thread>

#include "sidekick/error.hpp"
#include "tests/support/apache.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/ports.hpp"
#include "tests/support/tcp_server.hpp"
#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::test;

namespace {

const CancelToken& never() {
  static const CancelToken token;
  return token;
}

HttpResponse get(HttpClient& client, const std::string& url) {
  return client.send({.url = url}, never());
}

std::optional<Error> refusal(const HttpRequest& request, HttpSettings settings = {}) {
  return error_of([&] { HttpClient(std::move(settings)).send(request, never()); });
}

std::string with_login(std::string url, const std::string& login) {
  return url.insert(url.find("//") + 2, login + "@");
}

}  // namespace

TEST_CASE("many requests go over one connection to Apache") {
  const Apache apache;
  write_file(apache.documents() / "page", "hello");
  HttpClient client({});
  for (int i = 0; i < 20; i++) CHECK(get(client, apache.url("/page")).body == "hello");
  const auto missing = get(client, apache.url("/nothing?password=pw"));
  CHECK(missing.status == 404);
  CHECK(missing.header("CONTENT-type") == "text/html; charset=iso-8859-1");
  CHECK(client.send({.method = "HEAD", .url = apache.url("/page")}, never()).body.empty());
  CHECK(get(client, apache.url("/page")).status == 200);
  CHECK(eventually(5s, [&] { return apache.access_log().find("\"GET /page HTTP/1.1\" 200 22") != std::string::npos; }));
}

TEST_CASE("content is sent without its being copied into the request") {
  TcpServer server([](TcpPeer& peer) {
    while (const auto request = peer.read_request()) peer.answer("200 OK", *request);
  });
  const std::string content(3'000'000, 'c');
  HttpClient client({});
  const auto answer = client.send({.method = "PUT", .url = server.url(), .content = content}, never());
  CHECK(answer.body.find("\r\nContent-Length: 3000000\r\n") != std::string::npos);
  CHECK(answer.body.ends_with("\r\n\r\n" + content));
}

TEST_CASE("a body of unknown length is streamed piece by piece") {
  const Apache apache;
  apache.add_script("big", "echo 'Content-Type: text/plain'\necho\nhead -c 3000000 /dev/zero | tr '\\0' x\n");
  apache.add_script("gone", "echo 'Status: 410 Gone'\necho\necho away\n");
  HttpClient client({});
  std::size_t bytes = 0;
  const auto count = [&](std::span<const std::byte> piece) { bytes += piece.size(); };
  const auto answer = client.stream({.url = apache.url("/cgi/big")}, count, never());
  CHECK(answer.status == 200);
  CHECK(answer.header("transfer-encoding") == "chunked");
  CHECK(bytes == 3'000'000);
  CHECK(client.stream({.url = apache.url("/cgi/gone")}, count, never()).body == "away\n");
  CHECK(bytes == 3'000'000);
  const auto too_large = error_of([&] { client.send({.url = apache.url("/cgi/big")}, never(), 1000); });
  REQUIRE(too_large);
  CHECK(too_large->kind() == ErrorKind::data);
}

TEST_CASE("what a sink throws comes through and the client goes on") {
  const Apache apache;
  write_file(apache.documents() / "page", "hello");
  HttpClient client({});
  const auto full = [](std::span<const std::byte>) { throw Error(ErrorKind::io, "no space left"); };
  const auto error = error_of([&] { client.stream({.url = apache.url("/page")}, full, never()); });
  REQUIRE(error);
  CHECK(error->message() == "no space left");
  CHECK(get(client, apache.url("/page")).body == "hello");
}

TEST_CASE("a body is posted with the headers of the request") {
  const Apache apache;
  apache.add_script("echo", "echo 'Content-Type: text/plain'\necho\necho \"$REQUEST_METHOD $CONTENT_TYPE\"; wc -c\n");
  HttpClient client({});
  const auto answer = client.send({.method = "POST",
                                   .url = apache.url("/cgi/echo"),
                                   .headers = {{"Content-Type", "text/x-test"}},
                                   .body = std::string(200'000, 'y')},
                                  never());
  CHECK(answer.body == "POST text/x-test\n200000\n");
  CHECK(client.send({.method = "POST", .url = apache.url("/cgi/echo")}, never()).body == "POST \n0\n");
}

TEST_CASE("the login of a URL is sent as basic authentication and never told") {
  const Apache apache({.user = "me@home", .password = "p/w:%"});
  write_file(apache.documents() / "page", "hello");
  HttpClient client({});
  const auto answer = get(client, with_login(apache.url("/page"), "me%40home:p%2Fw%3A%25"));
  CHECK(answer.body == "hello");
  CHECK(answer.effective_url == apache.url("/page"));
  CHECK(get(client, apache.url("/page")).status == 401);
}

TEST_CASE("a server that restarts is asked again on a new connection") {
  Apache apache;
  write_file(apache.documents() / "page", "hello");
  HttpClient client({});
  CHECK(get(client, apache.url("/page")).status == 200);
  apache.stop();
  const auto gone = error_of([&] { get(client, apache.url("/page")); });
  REQUIRE(gone);
  CHECK(gone->kind() == ErrorKind::unavailable);
  CHECK(gone->message() == "cannot get an answer from '" + apache.url("/page") + "': connection refused");
  apache.start();
  CHECK(get(client, apache.url("/page")).status == 200);
}

TEST_CASE("a request that meets the end of its kept connection is sent once more") {
  for (const bool reset : {false, true}) {
    TcpServer server([&](TcpPeer& peer) {
      peer.read_request();
      peer.answer("200 OK", "first");
      // Read before the end, so that the client cannot know that the connection ends.
      if (peer.read_request() && reset) peer.reset_at_end();
    });
    HttpClient client({});
    CHECK(client.send({.method = "POST", .url = server.url(), .body = "x"}, never()).body == "first");
    CHECK(client.send({.method = "POST", .url = server.url(), .body = "x"}, never()).body == "first");
    CHECK(server.connections() == 2);
  }
}

TEST_CASE("an answer that was begun is never asked for again") {
  std::atomic<int> requests = 0;
  TcpServer server([&](TcpPeer& peer) {
    while (peer.read_request()) {
      if (requests++ > 0) return peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
      peer.answer("200 OK", "whole");
    }
  });
  HttpClient client({});
  CHECK(get(client, server.url()).body == "whole");
  const auto error = error_of([&] { get(client, server.url("/?token=abc")); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::unavailable);
  CHECK(error->message() == "cannot get an answer from '" + server.url("/?token=***") +
                                "': the connection was closed before the answer was whole");
  CHECK(requests == 2);
}

TEST_CASE("a new connection that ends without a word is not tried again") {
  TcpServer server([](TcpPeer& peer) { peer.read_request(); });
  const auto error = refusal({.url = server.url()});
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::unavailable);
  CHECK(server.connections() == 1);
}

TEST_CASE("interim answers are passed over and a body may end with the connection") {
  TcpServer server([](TcpPeer& peer) {
    peer.read_request();
    peer.send(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.0 200 OK\r\n\r\nall of it");
  });
  HttpClient client({});
  CHECK(get(client, server.url()).body == "all of it");
  CHECK(get(client, server.url()).body == "all of it");
}

TEST_CASE("what is not HTTP is told as such") {
  for (const std::string& text :
       {std::string("SSH-2.0-OpenSSH\r\n\r\n"), std::string("HTTP/1.1 200 OK\r\nX: ") + std::string(100'000, 'x')}) {
    TcpServer server([&](TcpPeer& peer) {
      peer.read_request();
      peer.send(text);
      peer.wait_for_end();
    });
    const auto error = refusal({.url = server.url()});
    REQUIRE(error);
    INFO(error->message());
    CHECK(error->kind() == ErrorKind::data);
  }
}

TEST_CASE("a server that says nothing is given up in time") {
  TcpServer server([](TcpPeer& peer) { peer.wait_for_end(); });
  const auto started = std::chrono::steady_clock::now();
  const auto idle = refusal({.url = server.url()}, {.idle_timeout = 100ms});
  const auto late = refusal({.url = server.url(), .timeout = 100ms});
  CHECK(std::chrono::steady_clock::now() - started < 5s);
  REQUIRE(idle);
  REQUIRE(late);
  CHECK(idle->kind() == ErrorKind::unavailable);
  CHECK(late->message() ==
        "cannot get an answer from '" + server.url() + "': it accepts the connection and does not answer");
}

TEST_CASE("a slow server is waited for as long as bytes come, and no longer than the whole time allowed") {
  TcpServer server([](TcpPeer& peer) {
    while (peer.read_request()) {
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n");
      for (int i = 0; i < 30; i++) {
        std::this_thread::sleep_for(50ms);
        peer.send("x");
      }
    }
  });
  HttpClient client({.idle_timeout = 1s});
  CHECK(get(client, server.url()).body == std::string(30, 'x'));
  CHECK(error_of([&] { client.send({.url = server.url(), .timeout = 500ms}, never()); }));
}

TEST_CASE("an answer that goes on without end is given up") {
  const HttpSettings patient{.idle_timeout = 300ms};
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::vector<std::pair<std::string, std::string>> endless{
      {ok, "X: y\r\n"},                                           // header
      {ok + "X: ", "y"},                                          // line of the header
      {ok + "Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"},  // body
      {"", "HTTP/1.1 100 Continue\r\n\r\n"}};
  for (const auto& [begin, rest] : endless) {
    CAPTURE(begin, rest);
    TcpServer server([&](TcpPeer& peer) {
      peer.read_request();
      peer.send(begin);
      peer.repeat(rest, begin.empty() ? 1ms : 30ms);
    });
    const auto error = refusal({.url = server.url()}, patient);
    REQUIRE(error);
    INFO(error->message());
    CHECK(error->kind() == (begin.empty() ? ErrorKind::data : ErrorKind::unavailable));
  }
}

TEST_CASE("a request gives way to a cancellation at once") {
  std::atomic<bool> asked = false;
  TcpServer server([&](TcpPeer& peer) {
    peer.read_request();
    asked = true;
    peer.wait_for_end();
  });
  CancelSource source;
  std::chrono::steady_clock::time_point cancelled;
  std::thread canceller([&] {
    eventually(10s, [&] { return asked.load(); });
    cancelled = std::chrono::steady_clock::now();
    source.cancel();
  });
  const auto error = error_of([&] { HttpClient({}).send({.url = server.url()}, source.token()); });
  const auto ended = std::chrono::steady_clock::now();
  canceller.join();
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::cancelled);
  CHECK(ended - cancelled < 5s);
}

TEST_CASE("redirects are followed as far as allowed and credentials stay with their host") {
  const Apache apache;
  apache.add_script("env", "echo 'Content-Type: text/plain'\necho\nenv\n");
  TcpServer server([&](TcpPeer& peer) {
    while (const auto request = peer.read_request()) {
      if (request->starts_with("GET /away"))
        peer.answer("302 Found", "", "Location: " + apache.url("/cgi/env?x=1") + "\r\n");
      else if (request->starts_with("GET /here"))
        peer.answer("301 Moved", "elsewhere", "Location: there\r\n");
      else if (request->starts_with("GET /round"))
        peer.answer("307 Again", "", "Location: /round\r\n");
      else
        peer.answer("200 OK", *request);
    }
  });
  HttpClient client({});
  HttpRequest request{.url = with_login(server.url("/here"), "me:pw"),
                      .headers = {{"X-Token", "t"}, {"Accept", "text/x-a"}, {"Cookie", "c=d"}},
                      .max_redirects = 5};
  const auto here = client.send(request, never());
  CHECK(here.effective_url == server.url("/there"));
  CHECK(here.body.find("Authorization: Basic bWU6cHc=\r\n") != std::string::npos);
  CHECK(here.body.find("X-Token: t\r\n") != std::string::npos);
  request.url = with_login(server.url("/away"), "me:pw");
  const auto away = client.send(request, never());
  CHECK(away.effective_url == apache.url("/cgi/env?x=1"));
  CHECK(away.body.find("HTTP_ACCEPT=text/x-a") != std::string::npos);
  for (const char* secret : {"AUTHORIZATION", "HTTP_X_TOKEN", "HTTP_COOKIE"})
    CHECK(away.body.find(secret) == std::string::npos);
  request.url = server.url("/round");
  CHECK(error_of([&] { client.send(request, never()); }));
  request.max_redirects = 0;
  CHECK(client.send(request, never()).status == 307);
}

TEST_CASE("a URL or a header that cannot be sent is refused") {
  for (const HttpRequest& request : {HttpRequest{.url = "ftp://127.0.0.1/"}, HttpRequest{.url = "/x"},
                                     HttpRequest{.url = "http://127.0.0.1/", .headers = {{"X", "secret\r\nY: z"}}},
                                     HttpRequest{.url = "http://127.0.0.1/", .headers = {{"X: y", "secret"}}},
                                     HttpRequest{.method = "GET /", .url = "http://127.0.0.1/"}}) {
    const auto error = refusal(request);
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::config);
    CHECK_FALSE(mentions(*error, "secret"));
  }
}

TEST_CASE("a name that is not there and a port where nobody listens are unavailable") {
  const auto refused = refusal({.url = "http://u:secret@127.0.0.1:" + std::to_string(free_port()) + "/"});
  const auto unknown = refusal({.url = "http://no-such-name.invalid/"});
  REQUIRE(refused);
  REQUIRE(unknown);
  CHECK(refused->kind() == ErrorKind::unavailable);
  CHECK_FALSE(mentions(*refused, "secret"));
  CHECK(unknown->kind() == ErrorKind::unavailable);
}
