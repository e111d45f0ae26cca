// Remotes that refuse, lie, or break in the middle.
#include <catch2/catch_test_macros.hpp>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <thread>

#include "tests/integration/remote_support.hpp"
#include "tests/support/eventually.hpp"
#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::git_sync;
using namespace sidekick::test;

namespace {

std::optional<Error> list_error(Served& served, const RemoteSettings& settings) {
  const auto remote = served.open(settings);
  auto error = error_of([&] { remote->list({}, CancelToken()); });
  if (error) UNSCOPED_INFO(error->message() << " / " << error->hint());
  return error;
}

std::string noise(std::size_t bytes) {
  std::string out;
  std::uint32_t state = 1;
  for (std::size_t i = 0; i < bytes; i++) {
    state = state * 1'664'525U + 1'013'904'223U;
    out += static_cast<char>(state >> 24U);
  }
  return out;
}

class Calling final : public PackSink {
 public:
  explicit Calling(std::function<void()> action) : action_(std::move(action)) {}
  void write(std::span<const std::byte>) override {
    if (action_) action_();
    action_ = {};
  }

 private:
  std::function<void()> action_;
};

}  // namespace

TEST_CASE("an ssh server that does not know our key is told from one that is not there", "[remote]") {
  Served served(Way::ssh);
  served.repository().commit_file("a", "1");
  auto settings = served.settings();
  settings.ssh.key_files = {served.ssh->other_key().string()};
  const auto refused = list_error(served, settings);
  REQUIRE(refused);
  CHECK(refused->kind() == ErrorKind::denied);
  CHECK(mentions(*refused, served.ssh->other_key().string()));

  settings.ssh.key_files.push_back(served.ssh->client_key().string());
  CHECK_FALSE(list_error(served, settings));

  settings.ssh.key_files.clear();
  const auto without = list_error(served, settings);
  REQUIRE(without);
  CHECK(without->kind() == ErrorKind::denied);
  CHECK(mentions(*without, "no ssh key is configured"));

  served.ssh->stop();
  const auto gone = list_error(served, served.settings());
  REQUIRE(gone);
  CHECK(gone->kind() == ErrorKind::unavailable);
}

TEST_CASE("an ssh key with a passphrase or without content is told", "[remote]") {
  Served served(Way::ssh);
  auto settings = served.settings();
  settings.ssh.key_files = {served.ssh->locked_key().string()};
  const auto locked = list_error(served, settings);
  REQUIRE(locked);
  CHECK(locked->kind() == ErrorKind::config);
  CHECK(mentions(*locked, "passphrase"));
  settings.ssh.key_files = {(served.folder / "none").string()};
  const auto absent = list_error(served, settings);
  REQUIRE(absent);
  CHECK(absent->kind() == ErrorKind::no_input);
  write_file(served.folder / "empty", "");
  settings.ssh.key_files = {(served.folder / "empty").string()};
  const auto empty = list_error(served, settings);
  REQUIRE(empty);
  CHECK(empty->kind() == ErrorKind::config);
}

TEST_CASE("an ssh host is trusted only by the key that is known", "[remote]") {
  Served served(Way::ssh);
  served.repository().commit_file("a", "1");
  const auto remote = served.open();
  CHECK(ref_of(*remote, "HEAD"));
  served.ssh->change_host_key();
  const auto changed = error_of([&] { remote->list({}, CancelToken()); });
  REQUIRE(changed);
  CHECK(changed->kind() == ErrorKind::denied);
  CHECK(mentions(*changed, "has changed"));
  CHECK(mentions(*changed, "ssh-keyscan -p"));

  write_file(served.folder / "known", "# nobody\n");
  auto settings = served.settings();
  settings.ssh.known_hosts_file = (served.folder / "known").string();
  const auto unknown = list_error(served, settings);
  REQUIRE(unknown);
  CHECK(unknown->kind() == ErrorKind::denied);
  CHECK(mentions(*unknown, "not in the known_hosts file"));
  settings.ssh.check_known_hosts = false;
  CHECK_FALSE(list_error(served, settings));
}

TEST_CASE("an ssh session that the server has ended is made anew", "[remote]") {
  Served served(Way::ssh);
  served.repository().commit_file("a", "1");
  const auto remote = served.open();
  CHECK(ref_of(*remote, "HEAD"));
  served.ssh->stop();
  served.ssh->start();
  CHECK(ref_of(*remote, "HEAD"));
}

TEST_CASE("credentials that are missing or refused are told apart and never shown", "[remote]") {
  Served served(Way::http);
  const Apache guarded({.user = "alice", .password = "right"});
  const GitRepository repository(guarded.repositories() / "site.git");
  repository.commit_file("a", "1");
  RemoteSettings settings;
  settings.url = guarded.url("/git/site.git");
  const auto without = list_error(served, settings);
  REQUIRE(without);
  CHECK(without->kind() == ErrorKind::denied);
  CHECK(mentions(*without, "no credential is configured"));

  settings.credentials = {{guarded.url(""), "alice", Secret("wr0ng"), ""}};
  const auto refused = list_error(served, settings);
  REQUIRE(refused);
  CHECK(refused->kind() == ErrorKind::denied);
  CHECK(mentions(*refused, "alice"));
  CHECK_FALSE(mentions(*refused, "wr0ng"));

  settings.credentials = {{guarded.url(""), "alice", Secret("right"), ""}};
  const auto remote = served.open(settings);
  Receiver receiver;
  receiver.fetch(*remote, find_ref("main", remote->list(prefixes_for("main"), CancelToken()))->hex(), 1);
  CHECK(receiver.commits() == 1);

  settings.credentials.clear();
  settings.url.replace(0, 7, "http://alice:wr0ng@");
  const auto in_url = list_error(served, settings);
  REQUIRE(in_url);
  CHECK(in_url->kind() == ErrorKind::denied);
  CHECK_FALSE(mentions(*in_url, "wr0ng"));
  settings.url.replace(settings.url.find("wr0ng"), 5, "right");
  CHECK_FALSE(list_error(served, settings));
}

TEST_CASE("a poll over http is one request on a kept connection", "[remote]") {
  Served served(Way::http);
  served.repository().commit_file("a", "1");
  const auto remote = served.open();
  CHECK(ref_of(*remote, "refs/heads/main"));
  const auto requests = [&] {
    const auto log = served.apache->access_log();
    return std::ranges::count(log, '\n');
  };
  REQUIRE(eventually(10s, [&] { return requests() == 2; }));
  for (int i = 0; i < 3; i++) CHECK(ref_of(*remote, "refs/heads/main"));
  CHECK(eventually(10s, [&] { return requests() == 5; }));
  CHECK(served.apache->access_log().find("info/refs") == served.apache->access_log().rfind("info/refs"));
}

TEST_CASE("a server that is another after a restart is greeted anew", "[remote]") {
  Served served(Way::http);
  served.repository().commit_file("a", "1");
  const auto remote = served.open();
  CHECK(ref_of(*remote, "HEAD"));
  served.apache->stop();
  const auto gone = error_of([&] { remote->list({}, CancelToken()); });
  REQUIRE(gone);
  CHECK(gone->kind() == ErrorKind::unavailable);
  served.apache->start();
  CHECK(ref_of(*remote, "HEAD"));
}

TEST_CASE("files of a repository and pages are told from a git server", "[remote]") {
  Served served(Way::http);
  served.repository().commit_file("a", "1");
  served.repository().git({"update-server-info"});
  std::filesystem::create_directories(served.apache->documents() / "dumb/info");
  write_file(served.apache->documents() / "dumb/info/refs", read_file(served.repository().path() / ".git/info/refs"));
  served.apache->add_script("page", "printf 'Content-Type: text/html\\n\\n<html>hello</html>'\n");
  served.apache->add_script("dumb", "printf 'Content-Type: text/plain\\n\\n1234\\n'\n");
  auto settings = served.settings();
  settings.url = served.apache->url("/cgi/page");
  const auto page = list_error(served, settings);
  REQUIRE(page);
  CHECK(page->kind() == ErrorKind::data);
  CHECK(mentions(*page, "not a git server"));
  settings.url = served.apache->url("/cgi/dumb");
  const auto dumb = list_error(served, settings);
  REQUIRE(dumb);
  CHECK(dumb->kind() == ErrorKind::data);
  CHECK(mentions(*dumb, "git http-backend"));
}

TEST_CASE("a redirect is followed and kept", "[remote]") {
  Served served(Way::http);
  const auto commit = served.repository().commit_file("a", "1");
  served.apache->add_script(
      "old", "printf 'Status: 301\\nLocation: /git/site.git%s?%s\\n\\n' \"$PATH_INFO\" \"$QUERY_STRING\"\n");
  auto settings = served.settings();
  settings.url = served.apache->url("/cgi/old");
  const auto remote = served.open(settings);
  CHECK(ref_of(*remote, "HEAD"));
  CHECK(ref_of(*remote, "HEAD"));
  Receiver receiver;
  receiver.fetch(*remote, commit, 1);
  CHECK(receiver.commits() == 1);
}

TEST_CASE("a connection that breaks within the pack is an error that may pass", "[remote]") {
  for (const auto way : {Way::http, Way::ssh}) {
    CAPTURE(name_of(way));
    Served served(way);
    const auto commit = served.repository().commit_file("big", noise(16U << 20U));
    const auto remote = served.open();
    Calling sink([&] {
      if (served.apache) served.apache->stop();
      if (served.ssh) served.ssh->stop();
    });
    const auto error = error_of([&] { remote->fetch({{*ObjectId::parse(commit)}, {}, {}, 1}, sink, CancelToken()); });
    REQUIRE(error);
    INFO(error->message());
    CHECK(error->kind() == ErrorKind::unavailable);
    if (served.apache) served.apache->start();
    if (served.ssh) served.ssh->start();
    Receiver receiver;
    receiver.fetch(*remote, commit, 1);
    CHECK(receiver.commits() == 1);
  }
}

TEST_CASE("a fetch is cancelled within its pack", "[remote]") {
  for (const auto way : every_way) {
    CAPTURE(name_of(way));
    Served served(way);
    const auto commit = served.repository().commit_file("big", noise(8U << 20U));
    const auto remote = served.open();
    CancelSource source;
    std::chrono::steady_clock::time_point cancelled;
    Calling sink([&] {
      cancelled = std::chrono::steady_clock::now();
      source.cancel();
    });
    const auto error = error_of([&] { remote->fetch({{*ObjectId::parse(commit)}, {}, {}, 1}, sink, source.token()); });
    CHECK(std::chrono::steady_clock::now() - cancelled < 5s);
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::cancelled);
  }
}

TEST_CASE("a server that says nothing is given up after the idle time and at once when cancelled", "[remote]") {
  const Fd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  struct sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<struct sockaddr*>(&address);
  REQUIRE(::bind(listener.get(), generic, size) == 0);
  REQUIRE(::listen(listener.get(), 16) == 0);
  ::getsockname(listener.get(), generic, &size);
  const auto where = "127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/site.git";
  Served served(Way::path);
  write_file(served.folder / "known", "");
  for (const char* scheme : {"git://", "ssh://", "http://"}) {
    CAPTURE(scheme);
    RemoteSettings settings;
    settings.url = scheme + where;
    settings.ssh.known_hosts_file = (served.folder / "known").string();
    settings.http.idle_timeout = 300ms;
    const auto late = list_error(served, settings);
    REQUIRE(late);
    CHECK(late->kind() == ErrorKind::unavailable);

    settings.http.idle_timeout = 60s;
    CancelSource source;
    const auto remote = served.open(settings);
    std::thread stopper([&] { source.cancel(); });
    const auto started = std::chrono::steady_clock::now();
    const auto stopped = error_of([&] { remote->list({}, source.token()); });
    stopper.join();
    CHECK(std::chrono::steady_clock::now() - started < 5s);
    REQUIRE(stopped);
    CHECK(stopped->kind() == ErrorKind::cancelled);
  }
}
