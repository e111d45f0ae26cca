#include "git_sync/hooks/hooks.hpp"

#include <arpa/inet.h>
#include <catch2/catch_test_macros.hpp>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "git_sync/hooks/hook_worker.hpp"
#include "sidekick/fd.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/process.hpp"
#include "tests/support/tcp_server.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/support/errors.hpp"
#include "tests/unit/support/recorder.hpp"

using namespace sidekick;
using namespace sidekick::git_sync;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 20s;

/// Counts what is recorded, by name and status. Thread safe.
class Counts final : public MetricSink {
 public:
  void record(const Metric& metric, double value, MetricLabels labels) noexcept override {
    std::string key(metric.name);
    for (const auto& label : labels) key.append(" ").append(label.value);
    const std::lock_guard lock(mutex_);
    counts_[key] += value;
  }
  double of(const std::string& hook, const std::string& status) const {
    const std::lock_guard lock(mutex_);
    const auto found = counts_.find("git_sync_hook_run_count_total " + hook + " " + status);
    return found == counts_.end() ? 0 : found->second;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, double> counts_;
};

/// Answers each request with the next status (the last one for ever), and keeps the requests' heads.
class WebServer final {
 public:
  explicit WebServer(std::vector<int> statuses)
      : statuses_(std::move(statuses)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(listener_.get(), generic, size) == 0);
    REQUIRE(::listen(listener_.get(), 16) == 0);
    REQUIRE(::getsockname(listener_.get(), generic, &size) == 0);
    port_ = ::ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~WebServer() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
  }
  WebServer(const WebServer&) = delete;
  WebServer& operator=(const WebServer&) = delete;

  std::string url() const { return "http://user:hunter2@127.0.0.1:" + std::to_string(port_) + "/hook"; }
  std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void serve() {
    for (;;) {
      const Fd connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!connection) return;
      answer(connection.get());
    }
  }

  void answer(int connection) {
    std::string head;
    char c = 0;
    while (!head.ends_with("\r\n\r\n") && ::recv(connection, &c, 1, 0) == 1) head += c;
    int status = 0;
    {
      const std::lock_guard lock(mutex_);
      status = statuses_[std::min(requests_.size(), statuses_.size() - 1)];
      requests_.push_back(head);
    }
    const auto text = "HTTP/1.1 " + std::to_string(status) + " Said\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    (void)::send(connection, text.data(), text.size(), MSG_NOSIGNAL);
  }

  std::vector<int> statuses_;
  Fd listener_;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

/// Sends one byte of a long answer after the other, without end.
class DrippingServer final {
 public:
  DrippingServer() : server_([](test::TcpPeer& peer) { drip(peer); }) {}
  std::string url() const { return server_.url("/hook"); }

 private:
  static void drip(test::TcpPeer& peer) {
    if (!peer.read_request()) return;
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
    while (peer.is_open_after(20ms)) peer.send("x");
  }
  test::TcpServer server_;
};

/// A folder with a tree, a script, and what the script leaves.
struct Scene {
  test::TempDir folder;
  test::Recorder recorder;
  status::JobLog log{recorder, "git-sync", 0};
  Counts counts;

  ExecHook command(const std::string& script) {
    test::write_file(folder / "hook", "#!/bin/sh\nout=" + folder.path().string() + "\n" + script);
    ::chmod((folder / "hook").c_str(), 0755);
    ExecHook hook;
    hook.argv = {folder / "hook"};
    hook.environment = {"PATH=/usr/bin:/bin", "GITSYNC_HASH=old"};
    hook.timeout = 10s;
    hook.backoff = 20ms;
    return hook;
  }

  Publication publication(char digit) const {
    return {*ObjectId::parse(std::string(40, digit)), ObjectId::parse(std::string(40, '0')), 3, folder.path()};
  }

  std::string file(const std::string& name) const {
    return std::filesystem::exists(folder / name) ? test::read_file(folder / name) : "";
  }
};

Webhook webhook(const WebServer& server) {
  Webhook hook;
  hook.url = server.url();
  hook.timeout = 5s;
  hook.backoff = 20ms;
  return hook;
}

std::string hash_of(char digit) {
  return std::string(40, digit);
}

}  // namespace

TEST_CASE("a command is told of a publication by its environment and works in the tree", "[hooks]") {
  Scene scene;
  Hooks hooks({}, scene.command("env > $out/env; pwd > $out/pwd; echo $# > $out/arguments; touch $out/done"), {}, {},
              scene.log, scene.counts);
  hooks.send(scene.publication('a'));
  REQUIRE(test::eventually(patience, [&] { return scene.counts.of("exechook", "success") == 1; }));
  const auto env = scene.file("env");
  CHECK(env.find("GITSYNC_HASH=" + hash_of('a') + "\n") != std::string::npos);
  CHECK(env.find("SIDEKICK_HASH=" + hash_of('a') + "\n") != std::string::npos);
  CHECK(env.find("SIDEKICK_PREVIOUS_HASH=" + hash_of('0') + "\n") != std::string::npos);
  CHECK(env.find("SIDEKICK_CHANGED_PATHS=3\n") != std::string::npos);
  CHECK(env.find("PATH=/usr/bin:/bin\n") != std::string::npos);
  CHECK(env.find("=old") == std::string::npos);
  CHECK(scene.file("pwd") == std::filesystem::canonical(scene.folder.path()).string() + "\n");
  CHECK(scene.file("arguments") == "0\n");
}

TEST_CASE("a hook that fails is tried again until it succeeds and then is not told the same twice", "[hooks]") {
  Scene scene;
  Hooks hooks(
      {}, scene.command("echo run >> $out/runs; test $(wc -l < $out/runs) -ge 3 || { echo 'not yet' >&2; exit 4; }"),
      {}, {}, scene.log, scene.counts);
  hooks.send(scene.publication('a'));
  REQUIRE(test::eventually(patience, [&] { return scene.counts.of("exechook", "success") == 1; }));
  CHECK(scene.counts.of("exechook", "error") == 2);
  hooks.send(scene.publication('a'));
  hooks.send(scene.publication('b'));
  REQUIRE(test::eventually(patience, [&] { return scene.counts.of("exechook", "success") == 2; }));
  CHECK(scene.file("runs") == "run\nrun\nrun\nrun\n");
  const auto errors = scene.recorder.lines(LogLevel::error);
  REQUIRE(errors.size() == 2);
  CHECK(errors[0].find("exited with 4") != std::string::npos);
  CHECK(errors[0].find("it printed: not yet") != std::string::npos);
}

TEST_CASE("the newest publication takes the place of those that wait", "[hooks]") {
  Scene scene;
  Hooks hooks({}, scene.command("echo $GITSYNC_HASH >> $out/told; while ! test -e $out/go; do sleep 0.01; done"), {},
              {}, scene.log, scene.counts);
  hooks.send(scene.publication('a'));
  REQUIRE(test::eventually(patience, [&] { return !scene.file("told").empty(); }));
  for (const char digit : {'b', 'c', 'd'}) hooks.send(scene.publication(digit));
  test::write_file(scene.folder / "go", "");
  REQUIRE(test::eventually(patience, [&] { return scene.counts.of("exechook", "success") == 2; }));
  CHECK(scene.file("told") == hash_of('a') + "\n" + hash_of('d') + "\n");
}

TEST_CASE("a retry tells of the newest publication", "[hooks]") {
  Scene scene;
  Hooks hooks({}, scene.command("echo $GITSYNC_HASH >> $out/told; test -e $out/go"), {}, {}, scene.log, scene.counts);
  hooks.send(scene.publication('a'));
  REQUIRE(test::eventually(patience, [&] { return scene.counts.of("exechook", "error") >= 1; }));
  hooks.send(scene.publication('b'));
  REQUIRE(test::eventually(patience, [&] { return scene.file("told").find(hash_of('b')) != std::string::npos; }));
  test::write_file(scene.folder / "go", "");
  REQUIRE(test::eventually(patience, [&] { return scene.counts.of("exechook", "success") == 1; }));
  CHECK(scene.file("told").ends_with(hash_of('b') + "\n"));
}

TEST_CASE("a command that outlives its limit is ended with all it started", "[hooks]") {
  Scene scene;
  auto hook = scene.command("sleep 600 & echo $! > $out/child; echo begun; wait");
  hook.timeout = 300ms;
  hook.backoff = 60s;
  Hooks hooks({}, hook, {}, {}, scene.log, scene.counts);
  hooks.send(scene.publication('a'));
  REQUIRE(test::eventually(patience, [&] { return scene.counts.of("exechook", "error") == 1; }));
  const auto child = static_cast<pid_t>(std::stol(scene.file("child")));
  CHECK(test::eventually(patience, [&] { return ::kill(child, 0) != 0; }));
  CHECK(scene.recorder.lines(LogLevel::error).at(0).find("ran out of time") != std::string::npos);
}

TEST_CASE("hooks that are destroyed end what runs and do not wait for a back-off", "[hooks]") {
  Scene scene;
  auto hook = scene.command("touch $out/begun; sleep 600");
  hook.timeout = 600s;
  const auto begun = std::chrono::steady_clock::now();
  {
    Hooks hooks({}, hook, {}, {}, scene.log, scene.counts);
    hooks.send(scene.publication('a'));
    REQUIRE(test::eventually(patience, [&] { return std::filesystem::exists(scene.folder / "begun"); }));
  }
  {
    auto failing = scene.command("exit 1");
    failing.backoff = 600s;
    Hooks hooks({}, failing, {}, {}, scene.log, scene.counts);
    hooks.send(scene.publication('a'));
    REQUIRE(test::eventually(patience, [&] { return scene.counts.of("exechook", "error") == 1; }));
  }
  CHECK(std::chrono::steady_clock::now() - begun < patience);
}

TEST_CASE("a program that is not there is an error that is told and tried again", "[hooks]") {
  Scene scene;
  auto hook = scene.command("");
  hook.argv = {"/nowhere/hook"};
  Hooks hooks({}, hook, {}, {}, scene.log, scene.counts);
  hooks.send(scene.publication('a'));
  REQUIRE(test::eventually(patience, [&] { return scene.counts.of("exechook", "error") >= 2; }));
  CHECK(scene.recorder.lines(LogLevel::error).at(0).find("/nowhere/hook") != std::string::npos);
}

TEST_CASE("a webhook brings the hash in a header and no body", "[hooks]") {
  Scene scene;
  const WebServer server({200});
  Hooks hooks({}, {}, webhook(server), {}, scene.log, scene.counts);
  hooks.send(scene.publication('a'));
  REQUIRE(test::eventually(patience, [&] { return scene.counts.of("webhook", "success") == 1; }));
  const auto head = server.requests().at(0);
  CHECK(head.starts_with("POST /hook HTTP/1.1\r\n"));
  CHECK(head.find("Gitsync-Hash: " + hash_of('a') + "\r\n") != std::string::npos);
  CHECK(head.find("Content-Length: 0\r\n") != std::string::npos);
}

TEST_CASE("a webhook with another status is tried again, and its URL has no password in the log", "[hooks]") {
  Scene scene;
  const WebServer server({500, 204, 200});
  Hooks hooks({}, {}, webhook(server), {}, scene.log, scene.counts);
  hooks.send(scene.publication('a'));
  REQUIRE(test::eventually(patience, [&] { return scene.counts.of("webhook", "success") == 1; }));
  CHECK(scene.counts.of("webhook", "error") == 2);
  CHECK(server.requests().size() == 3);
  const auto errors = scene.recorder.lines(LogLevel::error);
  CHECK(errors.at(0).find("answered 500 instead of 200") != std::string::npos);
  for (const auto& line : errors) CHECK(line.find("hunter2") == std::string::npos);
}

TEST_CASE("a webhook whose status does not matter is told once", "[hooks]") {
  Scene scene;
  const WebServer server({503});
  auto hook = webhook(server);
  hook.success_status = 0;
  hook.method = "GET";
  Hooks hooks({}, {}, hook, {}, scene.log, scene.counts);
  hooks.send(scene.publication('a'));
  REQUIRE(test::eventually(patience, [&] { return scene.counts.of("webhook", "success") == 1; }));
  CHECK(server.requests().at(0).starts_with("GET /hook "));
}

TEST_CASE("a webhook that drips its answer ends with its limit", "[hooks]") {
  Scene scene;
  const DrippingServer server;
  Webhook hook;
  hook.url = server.url();
  hook.timeout = 300ms;
  hook.backoff = 60s;
  hook.http.idle_timeout = 300ms;
  Hooks hooks({}, {}, hook, {}, scene.log, scene.counts);
  hooks.send(scene.publication('a'));
  CHECK(test::eventually(patience, [&] { return scene.counts.of("webhook", "error") == 1; }));
}

TEST_CASE("a hook that fails in an unexpected way is tried again", "[hooks]") {
  Scene scene;
  std::atomic<int> calls = 0;
  HookWorker worker(
      "exechook",
      [&](const Publication&, const CancelToken&) {
        if (calls++ == 0) throw std::runtime_error("no descriptors left");
      },
      20ms, scene.log, scene.counts);
  worker.send(scene.publication('a'));
  REQUIRE(test::eventually(patience, [&] { return scene.counts.of("exechook", "success") == 1; }));
  CHECK(scene.counts.of("exechook", "error") == 1);
  CHECK(scene.recorder.lines(LogLevel::error).at(0).find("no descriptors left") != std::string::npos);
}

TEST_CASE("one attempt each is made and awaited in a run that ends", "[hooks]") {
  Scene scene;
  const WebServer server({200});
  Hooks good({}, scene.command("sleep 0.1; touch $out/done"), webhook(server), {}, scene.log, scene.counts);
  good.run_once(scene.publication('a'), {});
  CHECK(std::filesystem::exists(scene.folder / "done"));
  CHECK(server.requests().size() == 1);

  Hooks bad({}, scene.command("exit 5"), webhook(server), {}, scene.log, scene.counts);
  const auto error = test::error_of([&] { bad.run_once(scene.publication('a'), {}); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::temporary);
  CHECK(error->message().starts_with("exechook failed: "));
  CHECK(server.requests().size() == 2);
  CHECK(scene.counts.of("exechook", "error") == 1);
}

TEST_CASE("a gate that fails refuses and says what it printed", "[hooks]") {
  Scene scene;
  const auto gate = [&](const std::string& script) {
    return GateSettings{{"/bin/sh", "-c", script}, {"PATH=/usr/bin:/bin"}, 10s};
  };
  ask_gate(gate("test $SIDEKICK_CHANGED_PATHS = 3 && test -e hook || true"), scene.publication('a'), scene.log, {});
  const auto error = test::error_of([&] {
    ask_gate(gate("echo first; echo 'syntax error in line 3'; exit 2"), scene.publication('a'), scene.log, {});
  });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::temporary);
  CHECK(error->message() == "the gate '/bin/sh' refuses " + hash_of('a') + ": it exited with 2");
  CHECK(error->hint() == "it printed: first syntax error in line 3");
  auto slow = gate("sleep 600");
  slow.timeout = 200ms;
  const auto late = test::error_of([&] { ask_gate(slow, scene.publication('a'), scene.log, {}); });
  REQUIRE(late);
  CHECK(test::mentions(*late, "ran out of time"));
}

TEST_CASE("a gate and a hook give way to cancellation", "[hooks]") {
  Scene scene;
  CancelSource cancel;
  std::thread canceller([&] {
    test::eventually(patience, [&] { return std::filesystem::exists(scene.folder / "begun"); });
    cancel.cancel();
  });
  const GateSettings gate{{"/bin/sh", "-c", "touch begun; sleep 600"}, {"PATH=/usr/bin:/bin"}, 600s};
  const auto error = test::error_of([&] { ask_gate(gate, scene.publication('a'), scene.log, cancel.token()); });
  canceller.join();
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::cancelled);
}

TEST_CASE("the pre-publish hook is told of the hash before, and once for each publication", "[hooks]") {
  Scene scene;
  Hooks hooks(scene.command("echo $GITSYNC_HASH $SIDEKICK_HASH $# >> $out/told"), {}, {}, {}, scene.log, scene.counts);
  hooks.announce(scene.publication('a'));
  REQUIRE(test::eventually(patience, [&] { return scene.counts.of("pre-publish-exechook", "success") == 1; }));
  hooks.send(scene.publication('a'));
  hooks.send(scene.publication('b'));
  REQUIRE(test::eventually(patience, [&] { return scene.counts.of("pre-publish-exechook", "success") == 2; }));
  CHECK(scene.file("told") == hash_of('0') + " " + hash_of('a') + " 0\n" + hash_of('0') + " " + hash_of('b') + " 0\n");
}

TEST_CASE("a webhook may answer with bare line feeds as a shell script does", "[hooks]") {
  Scene scene;
  const test::TcpServer server([](test::TcpPeer& peer) {
    if (peer.read_request()) peer.send("HTTP/1.1 200 OK\nContent-Length: 2\n\nok");
  });
  Webhook hook;
  hook.url = server.url("/hook");
  hook.timeout = 5s;
  Hooks hooks({}, {}, hook, {}, scene.log, scene.counts);
  CHECK_NOTHROW(hooks.run_once(scene.publication('a'), {}));
}

TEST_CASE("a webhook follows redirects as Go's client does", "[hooks]") {
  for (const auto& [status, method] : {std::pair("301 Moved", "GET"), std::pair("303 See Other", "GET"),
                                       std::pair("307 Temporary", "POST"), std::pair("308 Permanent", "POST")}) {
    Scene scene;
    std::mutex mutex;
    std::vector<std::string> heard;
    const test::TcpServer server([&, status = std::string(status)](test::TcpPeer& peer) {
      while (const auto request = peer.read_request()) {
        const std::lock_guard lock(mutex);
        heard.push_back(*request);
        if (request->find(" /hook ") != std::string::npos)
          peer.answer(status, "", "Location: /there\r\n");
        else
          peer.answer("200 OK", "");
      }
    });
    Webhook hook;
    hook.url = server.url("/hook");
    hook.url.insert(7, "me:hunter2@");
    hook.timeout = 5s;
    Hooks hooks({}, {}, hook, {}, scene.log, scene.counts);
    CHECK_NOTHROW(hooks.run_once(scene.publication('a'), {}));
    const std::lock_guard lock(mutex);
    REQUIRE(heard.size() == 2);
    INFO(heard[1]);
    CHECK(heard[1].starts_with(std::string(method) + " /there "));
    CHECK(heard[1].find("Gitsync-Hash: " + hash_of('a')) != std::string::npos);
    CHECK(heard[1].find("Authorization: Basic ") != std::string::npos);
  }
}

TEST_CASE("a webhook does not show its login to another host that it is redirected to, and ends in a circle",
          "[hooks]") {
  Scene scene;
  std::mutex mutex;
  std::string heard;
  const test::TcpServer other([&](test::TcpPeer& peer) {
    while (const auto request = peer.read_request()) {
      const std::lock_guard lock(mutex);
      heard += *request;
      peer.answer("200 OK", "");
    }
  });
  const test::TcpServer server([&](test::TcpPeer& peer) {
    while (const auto request = peer.read_request())
      peer.answer("302 Found", "",
                  request->find(" /hook ") != std::string::npos ? "Location: " + other.url("/") + "\r\n"
                                                                : std::string("Location: /circle\r\n"));
  });
  Webhook hook;
  hook.url = server.url("/hook");
  hook.url.insert(7, "me:hunter2@");
  hook.timeout = 5s;
  Hooks({}, {}, hook, {}, scene.log, scene.counts).run_once(scene.publication('a'), {});
  {
    const std::lock_guard lock(mutex);
    CHECK(heard.find("Gitsync-Hash") != std::string::npos);
    CHECK(heard.find("Authorization") == std::string::npos);
  }
  hook.url = server.url("/circle");
  CHECK_THROWS_AS(Hooks({}, {}, hook, {}, scene.log, scene.counts).run_once(scene.publication('a'), {}), Error);
}

TEST_CASE("a neighbour is sent a signal by its name or by the file that holds its id", "[hooks]") {
  Scene scene;
  test::write_file(scene.folder / "neighbour-1",
                   "#!/bin/sh\n"
                   "trap 'echo told >> " +
                       (scene.folder / "told").string() +
                       "' HUP\n"
                       "touch " +
                       (scene.folder / "ready").string() +
                       "\n"
                       "while :; do sleep 0.01; done\n");
  ::chmod((scene.folder / "neighbour-1").c_str(), 0755);
  test::Child neighbour({{(scene.folder / "neighbour-1").string()}});
  REQUIRE(test::eventually(patience, [&] { return std::filesystem::exists(scene.folder / "ready"); }));
  const auto by_name = [&](std::string target) {
    Hooks hooks({}, {}, {}, PostSyncSignal{SIGHUP, std::move(target)}, scene.log, scene.counts);
    hooks.run_once(scene.publication('a'), CancelToken());
  };
  by_name("neighbour-1");
  CHECK(test::eventually(patience, [&] { return scene.file("told") == "told\n"; }));
  test::write_file(scene.folder / "pid", std::to_string(neighbour.pid()) + "\n");
  by_name((scene.folder / "pid").string());
  CHECK(test::eventually(patience, [&] { return scene.file("told") == "told\ntold\n"; }));
  const auto nobody = test::error_of([&] { by_name("no-such-process"); });
  REQUIRE(nobody);
  CHECK(test::mentions(*nobody, "no process is named 'no-such-process'"));
  test::write_file(scene.folder / "pid", "nonsense");
  CHECK(test::mentions(*test::error_of([&] { by_name((scene.folder / "pid").string()); }), "does not hold the number"));
}
