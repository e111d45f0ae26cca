#include "agent/status/http_server.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <thread>

#include "sidekick/error.hpp"
#include "tests/support/eventually.hpp"
#include "tests/unit/support/raw_http.hpp"

using namespace sidekick;
using namespace sidekick::status;
using namespace sidekick::test;
using namespace std::chrono_literals;

namespace {

std::vector<Route> routes() {
  return {{"GET", "/hello", [](const Request&) { return Response{200, "hello\n"}; }},
          {"POST", "/echo", [](const Request& request) { return Response{202, request.body}; }},
          {"GET", "/bad", [](const Request&) -> Response { throw std::runtime_error("secret"); }}};
}

struct Serving {
  explicit Serving(HttpLimits limits = {}) : server(parse_http_address("127.0.0.1:0"), routes(), limits) {}
  std::string ask(std::string_view request) const { return test::ask(server.port(), request); }
  HttpServer server;
};

std::string post(const std::string& body) {
  return "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

constexpr std::string_view hello = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";

}  // namespace

TEST_CASE("a route answers its path and method, with a query or without") {
  const Serving serving;
  const auto answer = serving.ask(hello);
  CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(answer.find("Content-Type: text/plain; charset=utf-8\r\n") != std::string::npos);
  CHECK(body_of(answer) == "hello\n");
  CHECK(status_of(serving.ask("GET /hello?a=b HTTP/1.1\r\nHost: x\r\n\r\n")) == 200);
  CHECK(body_of(serving.ask(post("some text"))) == "some text");
}

TEST_CASE("what is not there is 404, a wrong method 405 with those allowed, a route that throws 500 without why") {
  const Serving serving;
  CHECK(status_of(serving.ask("GET /absent HTTP/1.1\r\nHost: x\r\n\r\n")) == 404);
  const auto wrong = serving.ask("DELETE /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(status_of(wrong) == 405);
  CHECK(wrong.find("Allow: GET, HEAD\r\n") != std::string::npos);
  CHECK(status_of(serving.ask("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")) == 405);
  const auto failed = serving.ask("GET /bad HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(status_of(failed) == 500);
  CHECK(failed.find("secret") == std::string::npos);
}

TEST_CASE("HEAD tells the length of the body and has none") {
  const Serving serving;
  RawHttp client(serving.server.port());
  client.send("HEAD /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const auto answer = client.rest();
  CHECK(status_of(answer) == 200);
  CHECK(answer.find("Content-Length: 6\r\n") != std::string::npos);
  CHECK(body_of(answer).empty());
}

TEST_CASE("a connection is kept for further requests until one of the two sides wants it closed") {
  const Serving serving;
  RawHttp client(serving.server.port());
  for (int i = 0; i < 3; i++) {
    client.send(hello);
    CHECK(body_of(client.answer()) == "hello\n");
  }
  client.send(std::string(hello) + post("second"));  // sent together
  CHECK(body_of(client.answer()) == "hello\n");
  CHECK(body_of(client.answer()) == "second");
  client.send("GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  CHECK(body_of(client.answer()) == "hello\n");
  CHECK(client.closed());
  RawHttp old(serving.server.port());
  old.send("GET /hello HTTP/1.0\r\n\r\n");
  CHECK(body_of(old.answer()) == "hello\n");
  CHECK(old.closed());
}

TEST_CASE("what is no HTTP is told so and the connection closed") {
  const Serving serving;
  for (const std::string_view nonsense :
       {"nonsense\r\n\r\n", "GET /hello\r\n\r\n", "GET /hello HTTP/9.9\r\n\r\n",
        "GET /hello HTTP/1.1\r\nno colon\r\n\r\n", "POST /echo HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        "POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    RawHttp client(serving.server.port());
    client.send(nonsense);
    CHECK(status_of(client.answer()) == 400);
    CHECK(client.closed());
  }
  CHECK(status_of(serving.ask(hello)) == 200);
}

TEST_CASE("a body may come in chunks") {
  const Serving serving;
  const auto answer = serving.ask(
      "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  CHECK(body_of(answer) == "abcde");
}

TEST_CASE("a client that asks first whether it may send its body is told to") {
  const Serving serving;
  RawHttp client(serving.server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  CHECK(status_of(client.answer()) == 100);
  client.send("ok");
  CHECK(body_of(client.answer()) == "ok");
}

TEST_CASE("header and body have limits, and the client sees the answer although it still sends") {
  const Serving serving;
  const auto whole = serving.ask(post(std::string(1U << 20U, 'x')));
  CHECK(status_of(whole) == 202);
  CHECK(body_of(whole).size() == 1U << 20U);
  CHECK(status_of(serving.ask(post(std::string((1U << 20U) + 1, 'x')))) == 413);
  CHECK(status_of(serving.ask("GET /hello HTTP/1.1\r\nX: " + std::string(200'000, 'x') + "\r\n\r\n")) == 431);
  CHECK(status_of(serving.ask("GET /hello HTTP/1.1\r\nContent-Length: 5\r\n\r\nabcde")) == 413);
  CHECK(status_of(serving.ask("POST /echo HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n")) == 413);
}

TEST_CASE("a client that sends byte by byte has no more time than any other") {
  const Serving serving({.timeout = 300ms});
  RawHttp client(serving.server.port());
  const auto begin = std::chrono::steady_clock::now();
  std::thread slow([&] { eventually(20s, [&] { return !client.send("G"); }); });
  CHECK(client.closed());
  CHECK(std::chrono::steady_clock::now() - begin < 10s);
  slow.join();
}

TEST_CASE("a kept connection that stays quiet is closed in time") {
  const Serving serving({.timeout = 200ms});
  RawHttp client(serving.server.port());
  client.send(hello);
  CHECK(status_of(client.answer()) == 200);
  CHECK(client.closed());
}

TEST_CASE("a client that does not take its answer does not keep the others") {
  const Serving serving({.timeout = 500ms});
  RawHttp lazy(serving.server.port());
  for (int i = 0; i < 20; i++)
    if (!lazy.send(post(std::string(500'000, 'x')))) break;  // never reads
  CHECK(status_of(serving.ask(hello)) == 200);
}

TEST_CASE("clients that only hold connections cannot keep a probe out") {
  const Serving serving({.max_connections = 4});
  std::vector<std::unique_ptr<RawHttp>> holders;
  for (int i = 0; i < 12; i++) {
    holders.push_back(std::make_unique<RawHttp>(serving.server.port()));
    holders.back()->send("GET /");
  }
  CHECK(status_of(serving.ask(hello)) == 200);
  CHECK(holders.front()->closed());
}

TEST_CASE("many clients are answered at once") {
  const Serving serving;
  std::atomic<int> right = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < 16; i++)
    clients.emplace_back([&, i] {
      const auto text = "client " + std::to_string(i);
      RawHttp client(serving.server.port());
      for (int n = 0; n < 50; n++) {
        client.send(post(text));
        if (body_of(client.answer()) == text) right++;
      }
    });
  for (auto& client : clients) client.join();
  CHECK(right == 16 * 50);
}

TEST_CASE("a server ends with clients in the middle of everything") {
  std::vector<std::unique_ptr<RawHttp>> clients;
  {
    const Serving serving;
    for (const std::string_view begun : {"", "GET /he", "POST /echo HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc"}) {
      clients.push_back(std::make_unique<RawHttp>(serving.server.port()));
      clients.back()->send(begun);
    }
    CHECK(status_of(serving.ask(hello)) == 200);
  }
  for (auto& client : clients) CHECK(client->closed());
}

TEST_CASE("an address that another has is unavailable, one that is not ours is a matter of configuration") {
  const Serving serving;
  const auto kind_and_text = [](const std::string& address) {
    try {
      const HttpServer server(parse_http_address(address), routes());
    } catch (const Error& error) {
      return std::string(info(error.kind()).name) + ": " + error.message();
    }
    return std::string("bound");
  };
  const auto taken = "127.0.0.1:" + std::to_string(serving.server.port());
  CHECK(kind_and_text(taken) == "unavailable: cannot listen on '" + taken + "': Address already in use");
  CHECK(kind_and_text(":" + std::to_string(serving.server.port())).starts_with("unavailable: "));
  CHECK(kind_and_text("192.0.2.1:0").starts_with("config: cannot listen on '192.0.2.1:0'"));
  CHECK(kind_and_text("no-such-host.invalid:0").starts_with("config: "));
  CHECK(kind_and_text("localhost:0") == "bound");
  CHECK(kind_and_text(":0") == "bound");
}

TEST_CASE("a server on every interface is reached over IPv4") {
  const HttpServer server(parse_http_address(":0"), routes());
  CHECK(status_of(ask(server.port(), hello)) == 200);
}

TEST_CASE("an address to listen on is host and port, or less") {
  const auto text = [](const std::string& address) { return text_of(parse_http_address(address)); };
  CHECK(text("0.0.0.0:8080") == "0.0.0.0:8080");
  CHECK(text(":8080") == ":8080");
  CHECK(text("8080") == "127.0.0.1:8080");
  CHECK(text("[::1]:80") == "[::1]:80");
  CHECK(parse_http_address("[::1]:80").host == "::1");
  for (const auto* wrong : {"", ":", "host", "host:", "host:http", "host:70000", "host:-1", "::1:80", "http://x:80"})
    CHECK_THROWS_AS(parse_http_address(wrong), Error);
}
