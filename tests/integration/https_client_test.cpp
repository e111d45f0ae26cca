// TLS and proxies: who is trusted, and what is said to whom.
#include <catch2/catch_test_macros.hpp>

#include "sidekick/error.hpp"
#include "sidekick/http_client.hpp"
#include "tests/support/apache.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/tcp_server.hpp"
#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::test;

namespace {

const CancelToken& never() {
  static const CancelToken token;
  return token;
}

const Certificates& certificates() {
  static const Certificates made;
  return made;
}

TlsSettings trusting() {
  return {.ca_file = certificates().authority().string()};
}

std::string body_of(const std::string& url, HttpSettings settings) {
  return HttpClient(std::move(settings)).send({.url = url}, never()).body;
}

Error refusal(const std::string& url, HttpSettings settings) {
  const auto error = error_of([&] { body_of(url, std::move(settings)); });
  REQUIRE(error);
  return *error;
}

// A proxy that asks for a login, and remembers what it was asked.
class Proxy final {
 public:
  std::string url(const std::string& login) const {
    return "http://" + login + "127.0.0.1:" + std::to_string(server_.port());
  }
  std::string asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  void serve(TcpPeer& peer) {
    while (const auto request = peer.read_request()) {
      {
        const std::lock_guard lock(mutex_);
        asked_ += request->substr(0, request->find("\r\n")) + "\n";
      }
      if (request->find("Proxy-Authorization: Basic bWU6cEB3\r\n") == std::string::npos) {
        peer.answer("407 Proxy Authentication Required", "");
      } else if (request->starts_with("CONNECT 127.0.0.1:")) {
        peer.send("HTTP/1.1 200 Connection established\r\n\r\n");
        return peer.relay_to(static_cast<std::uint16_t>(std::stoi(request->substr(18))));
      } else {
        peer.answer("200 OK", "relayed");
      }
    }
  }

  std::mutex mutex_;
  std::string asked_;
  TcpServer server_{[this](TcpPeer& peer) { serve(peer); }};
};

}  // namespace

TEST_CASE("an https server is asked where its own authority is trusted") {
  const Apache apache({.certificates = &certificates()});
  write_file(apache.documents() / "page", std::string(100'000, 'x'));
  HttpClient client({.tls = trusting()});
  for (int i = 0; i < 5; i++) CHECK(client.send({.url = apache.url("/page")}, never()).body.size() == 100'000);
  // It is written after the answer is out.
  CHECK(eventually(5s, [&] { return apache.access_log().find("200 4") != std::string::npos; }));
  const auto by_name = "https://localhost:" + std::to_string(apache.port()) + "/page";
  CHECK(body_of(by_name, {.tls = trusting()}).size() == 100'000);
}

TEST_CASE("an https server that is not trusted is refused unless nothing is checked") {
  const Apache apache({.certificates = &certificates()});
  write_file(apache.documents() / "page", "hello");
  const auto url = apache.url("/page");
  const auto other = refusal(url, {.tls = {.ca_file = certificates().other_authority().string()}});
  CHECK(other.kind() == ErrorKind::denied);
  CHECK(mentions(other, "certificate is not trusted"));
  const auto world = refusal(url, {});
  CHECK((world.kind() == ErrorKind::denied || world.kind() == ErrorKind::config));
  CHECK(body_of(url, {.tls = {.verify = false}}) == "hello");
}

TEST_CASE("a certificate for another host is refused") {
  const Apache apache({.certificates = &certificates()});
  // Another way to write the address, which is not in the certificate.
  const auto error = refusal("https://127.1:" + std::to_string(apache.port()) + "/", {.tls = trusting()});
  CHECK(error.kind() == ErrorKind::denied);
  CHECK(mentions(error, "ostname mismatch"));
}

TEST_CASE("a client certificate is shown where the server asks for it") {
  for (const char* version : {"TLSv1.2", "TLSv1.3"}) {
    INFO(version);
    const Apache apache({.certificates = &certificates(),
                         .client_certificate = true,
                         .configuration = std::string("SSLProtocol ") + version});
    write_file(apache.documents() / "page", "hello");
    auto tls = trusting();
    const auto unknown = refusal(apache.url("/page"), {.tls = tls});
    INFO(unknown.message());
    CHECK(unknown.kind() == ErrorKind::denied);
    CHECK(mentions(unknown, "client certificate"));
    tls.certificate_file = certificates().client().string();
    CHECK(body_of(apache.url("/page"), {.tls = tls}) == "hello");
  }
}

TEST_CASE("an encrypted key is opened with its password") {
  const Apache apache({.certificates = &certificates(), .client_certificate = true});
  write_file(apache.documents() / "page", "hello");
  const TempDir folder;
  const auto key = (folder / "key.pem").string();
  run({.words = {"openssl", "pkey", "-aes256", "-passout", "pass:sesame", "-in", certificates().client().string(),
                 "-out", key}},
      20s);
  auto tls = trusting();
  tls.certificate_file = certificates().client().string();
  tls.key_file = key;
  for (const char* wrong : {"", "secret"}) {
    tls.key_password = Secret(wrong);
    CHECK(refusal(apache.url("/page"), {.tls = tls}).kind() == ErrorKind::config);
  }
  tls.key_password = Secret("sesame");
  CHECK(body_of(apache.url("/page"), {.tls = tls}) == "hello");
}

TEST_CASE("a certificate file that is missing or holds something else is told by its name") {
  const TempDir folder;
  const auto bad = (folder / "bad.pem").string();
  write_file(bad, "nothing");
  const auto missing = (folder / "missing.pem").string();
  const TcpServer server([](TcpPeer& peer) { peer.wait_for_end(); });
  const auto url = "https://127.0.0.1:" + std::to_string(server.port()) + "/";
  for (const auto& [path, kind] : {std::pair(bad, ErrorKind::config), std::pair(missing, ErrorKind::no_input)}) {
    auto own = trusting();
    own.certificate_file = path;
    for (const auto& tls : {TlsSettings{.ca_file = path}, own}) {
      const auto error = refusal(url, {.tls = tls});
      CHECK(error.kind() == kind);
      CHECK(mentions(error, path));
    }
  }
}

TEST_CASE("a certificate file that is renewed is read again for the next connection") {
  Apache apache({.certificates = &certificates()});
  write_file(apache.documents() / "page", "hello");
  const TempDir folder;
  const auto file = (folder / "ca.pem").string();
  write_file(file, read_file(certificates().other_authority()));
  HttpClient client({.tls = {.ca_file = file}});
  CHECK(error_of([&] { client.send({.url = apache.url("/page")}, never()); }));
  write_file(file, read_file(certificates().authority()) + "\n");
  CHECK(client.send({.url = apache.url("/page")}, never()).body == "hello");
}

TEST_CASE("a server that closes after each answer is greeted with less work the next time") {
  const Apache apache({.certificates = &certificates(),
                       .configuration = "KeepAlive Off\nLogFormat \"%{SSL_SESSION_RESUMED}x\" resumed\n"
                                        "CustomLog logged resumed"});
  write_file(apache.documents() / "page", "hello");
  HttpClient client({.tls = trusting()});
  for (int i = 0; i < 3; i++) CHECK(client.send({.url = apache.url("/page")}, never()).body == "hello");
  // It writes after it has answered.
  const auto logged = [&] { return read_file(apache.documents().parent_path() / "logged"); };
  CHECK(eventually(10s, [&] { return logged() == "Initial\nResumed\nResumed\n"; }));
}

TEST_CASE("https to a port without TLS and http to one with TLS are named") {
  const Apache plain;
  const auto https = refusal("https://127.0.0.1:" + std::to_string(plain.port()) + "/", {.tls = trusting()});
  CHECK(https.kind() == ErrorKind::config);
  CHECK(mentions(https, "does not speak TLS"));
  CHECK(https.hint() == "write http://");
  const Apache guarded({.certificates = &certificates()});
  // As Go answers, and as a server does that knows nothing but TLS.
  TcpServer go([](TcpPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n");
  });
  TcpServer alert([](TcpPeer& peer) {
    peer.read_request();
    peer.send(std::string("\x15\x03\x01\x00\x02\x02\x46", 7));
  });
  for (const auto port : {guarded.port(), go.port(), alert.port()}) {
    const auto http = refusal("http://127.0.0.1:" + std::to_string(port) + "/", {});
    INFO(http.message());
    CHECK(http.kind() == ErrorKind::config);
    CHECK(mentions(http, "speaks TLS"));
    CHECK(http.hint() == "write https://");
  }
}

TEST_CASE("a server that never agrees on TLS is unavailable") {
  const TcpServer silent([](TcpPeer& peer) { peer.wait_for_end(); });
  const auto waiting = "https://127.0.0.1:" + std::to_string(silent.port()) + "/";
  CHECK(refusal(waiting, {.tls = trusting(), .connect_timeout = 100ms}).kind() == ErrorKind::unavailable);
  // A byte of a long record every now and then.
  TcpServer slow([](TcpPeer& peer) {
    peer.send(std::string("\x16\x03\x03\x40\x00", 5));
    peer.repeat("x", 50ms);
  });
  const auto endless = "https://127.0.0.1:" + std::to_string(slow.port()) + "/";
  CHECK(refusal(endless, {.tls = trusting(), .connect_timeout = 500ms}).kind() == ErrorKind::unavailable);
}

TEST_CASE("a proxy that never ends its answer to CONNECT is unavailable") {
  TcpServer proxy([](TcpPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 Connection established\r\n");
    peer.repeat("X: y\r\n", 50ms);
  });
  const auto error =
      refusal("https://127.0.0.1:1/", {.tls = trusting(),
                                       .proxies = {.https = "http://127.0.0.1:" + std::to_string(proxy.port())},
                                       .connect_timeout = 500ms});
  CHECK(error.kind() == ErrorKind::unavailable);
  CHECK(mentions(error, "proxy"));
}

TEST_CASE("an https server is asked through a tunnel of the proxy") {
  const Apache apache({.certificates = &certificates()});
  write_file(apache.documents() / "page", "hello");
  Proxy proxy;
  HttpClient client({.tls = trusting(), .proxies = {.https = proxy.url("me:p%40w@")}});
  CHECK(client.send({.url = apache.url("/page")}, never()).body == "hello");
  CHECK(client.send({.url = apache.url("/page")}, never()).body == "hello");
  CHECK(proxy.asked() == "CONNECT 127.0.0.1:" + std::to_string(apache.port()) + " HTTP/1.1\n");
  const auto denied = refusal(apache.url("/page"), {.tls = trusting(), .proxies = {.https = proxy.url("me:secret@")}});
  CHECK(denied.kind() == ErrorKind::denied);
  CHECK(mentions(denied, "proxy '" + proxy.url("") + "'"));
  CHECK_FALSE(mentions(denied, "secret"));
}

TEST_CASE("an http server is asked by its whole URL at the proxy") {
  const TcpServer server([](TcpPeer& peer) {
    if (peer.read_request()) peer.answer("200 OK", "direct");
  });
  Proxy proxy;
  HttpClient client({.proxies = {.http = proxy.url("me:p%40w@")}});
  CHECK(client.send({.url = "http://one.invalid/x?y"}, never()).body == "relayed");
  CHECK(client.send({.url = "http://two.invalid:81"}, never()).body == "relayed");
  CHECK(proxy.asked() == "GET http://one.invalid/x?y HTTP/1.1\nGET http://two.invalid:81/ HTTP/1.1\n");
  CHECK(refusal("http://one.invalid/", {.proxies = {.http = proxy.url("")}}).kind() == ErrorKind::denied);
  const ProxySettings around{.http = proxy.url("me:p%40w@"), .no_proxy = {"127.0.0.0/8"}};
  CHECK(body_of(server.url(), {.proxies = around}) == "direct");
}
