// `sidekick wait` and the servers it is for.
#include <catch2/catch_test_macros.hpp>
#include <poll.h>

#include "sidekick/dial.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/mongod.hpp"
#include "tests/support/other_servers.hpp"
#include "tests/support/ports.hpp"
#include "tests/support/replica_set.hpp"
#include "tests/support/sidekick.hpp"

using namespace sidekick::test;

namespace {

/// `sidekick wait WORDS… -- echo runs` under way.
struct Waiting {
  explicit Waiting(std::vector<std::string> words) : child(command(std::move(words))) {}

  static Command command(std::vector<std::string> words) {
    words.insert(words.begin(), {sidekick_binary(), "wait"});
    words.insert(words.end(), {"--timeout=150s", "--", "echo", "runs"});
    return {std::move(words)};
  }
  /// True when it ends well, and the command ran after that.
  bool ends_well() {
    const auto finished = child.wait(160s);
    UNSCOPED_INFO(finished.describe());
    return finished.exit_code == 0 && finished.out == "runs\n";
  }

  Child child;
};

/// What is said of URLs that are not there.
std::string reason(std::vector<std::string> words) {
  words.insert(words.begin(), {sidekick_binary(), "wait", "--timeout=600ms", "--look-timeout=300ms"});
  const auto finished = run({std::move(words)}, 30s);
  CHECK(finished.exit_code == 124);
  return finished.err;
}

bool is_there(std::vector<std::string> words) {
  words.insert(words.begin(), {sidekick_binary(), "wait", "--timeout=20s"});
  const auto finished = run({std::move(words)}, 30s);
  UNSCOPED_INFO(finished.describe());
  return finished.exit_code == 0;
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("wait ends once Redis is up and loaded and lets it ask for a password") {
  Redis redis;
  const auto url = "redis://" + redis.address();
  Waiting before({url});
  CHECK(holds(reason({url}), "Connection refused"));
  redis.start();
  CHECK(before.ends_well());
  redis.fill_for(2s);
  Waiting loading({url});
  redis.start();
  REQUIRE(is_there({"tcp://" + redis.address()}));
  CHECK(holds(reason({url}), "it says 'LOADING"));
  CHECK(loading.child.running());
  CHECK(loading.ends_well());
  redis.end();
  redis.start({"--requirepass", "secret"});
  CHECK(is_there({url}));
}

TEST_CASE("wait ends once PostgreSQL takes clients and not while it recovers") {
  Postgres postgres;
  const auto url = "postgres://nobody:guess@" + postgres.address() + "/nothing";
  Waiting waiting({url});
  postgres.start_in_recovery();
  REQUIRE(is_there({"tcp://" + postgres.address()}));
  const auto said = reason({url});
  CHECK(holds(said, "it says 'the database system is "));
  CHECK_FALSE(holds(said, "guess"));
  CHECK(waiting.child.running());
  REQUIRE(eventually(
      20s, [&] { return holds(postgres.log(), "not accepting connections") || holds(postgres.log(), "standby"); }));
  postgres.promote();
  CHECK(waiting.ends_well());
  CHECK(is_there({"postgresql://" + postgres.address()}));
}

TEST_CASE("wait ends once MariaDB greets and tells that it is full") {
  MariaDb server;
  Waiting waiting({"mysql://" + server.address(), "mariadb://" + server.address()});
  server.start({"--max-connections=10"});
  CHECK(waiting.ends_well());
  std::vector<sidekick::DialResult> guests;
  for (int i = 0; i < 12; i++) {
    guests.push_back(sidekick::dial("127.0.0.1", server.port(), 5s, sidekick::CancelToken()));
    // The server counts a guest when it greets it, not when the kernel takes the connection.
    REQUIRE(sidekick::wait_ready(guests.back().fd.get(), POLLIN, std::chrono::steady_clock::now() + 20s,
                                 sidekick::CancelToken()));
  }
  Waiting full({"mysql://" + server.address()});
  CHECK(holds(reason({"mysql://" + server.address()}), "it says 'Too many connections'"));
  CHECK(full.child.running());
  guests.clear();
  CHECK(full.ends_well());
}

TEST_CASE("wait ends once RabbitMQ starts a connection") {
  RabbitMq server;
  Waiting waiting({"amqp://" + server.address()});
  server.start();
  const bool well = waiting.ends_well();
  INFO(server.log());
  CHECK(well);
}

TEST_CASE("wait ends once nginx has the status and the body that are expected") {
  Nginx server;
  const auto at = [&](const std::string& path) { return "http://" + server.address() + path; };
  Waiting first({at("/ok"), "--expect-body=all is well"});
  server.start();
  CHECK(first.ends_well());
  CHECK(is_there({at("/moved")}));
  CHECK(is_there({at("/418"), "--expect-status=200", "--expect-status=418"}));
  CHECK(is_there({at("/token"), "--header=X-Token: abc"}));
  CHECK(holds(reason({at("/503")}), "it answers 503"));
  CHECK(holds(reason({at("/token")}), "it answers 403"));
  CHECK(holds(reason({at("/moved"), "--expect-status=200"}), "it answers 302"));
  CHECK(holds(reason({at("/ok"), "--expect-body=all is lost"}), "it answers 200 without the expected text"));
  Waiting late({at("/files/late")});
  CHECK(holds(reason({at("/files/late")}), "it answers 404"));
  write_file(server.files() / "late", std::string(6U << 20U, 'x'));
  CHECK(late.ends_well());
}

TEST_CASE("wait trusts an authority of its own for https and says aloud when it trusts all") {
  const Certificates certificates;
  Nginx server;
  server.start(&certificates);
  const auto url = "https://" + server.address() + "/ok";
  CHECK(is_there({url, "--ca-file=" + certificates.authority().string()}));
  CHECK(holds(reason({url}), "certificate"));
  CHECK(holds(reason({url, "--ca-file=" + certificates.other_authority().string()}), "certificate"));
  const auto careless = run({{sidekick_binary(), "wait", url, "--insecure"}}, 30s);
  INFO(careless.describe());
  CHECK(careless.exit_code == 0);
  CHECK(holds(careless.err, "certificates are not verified (--insecure)"));
}

TEST_CASE("a server of another kind is not taken for the one that is waited for") {
  Nginx server;
  server.start();
  REQUIRE(is_there({"tcp://" + server.address()}));
  const auto at = server.address();
  const auto said = reason({"redis://" + at, "postgres://" + at, "amqp://" + at, "mysql://" + at});
  CHECK(holds(said, "what answers is not Redis"));
  CHECK(holds(said, "what answers is not PostgreSQL"));
  CHECK(holds(said, "what answers is not AMQP 0-9-1"));
  CHECK(holds(said, "'mysql://" + at + "' (it accepts the connection and does not answer)"));
  Redis redis;
  redis.start();
  REQUIRE(is_there({"redis://" + redis.address()}));
  CHECK(holds(reason({"http://" + redis.address() + "/"}), redis.address()));
  CHECK(holds(reason({"mongodb://" + redis.address()}), redis.address()));
}

TEST_CASE("wait ends once mongod is up and writable") {
  const auto port = free_port();
  const auto url = "mongodb://127.0.0.1:" + std::to_string(port) + "/";
  Waiting waiting({url});
  CHECK(holds(reason({url}), "Connection refused"));
  const Mongod server({.port = port});
  CHECK(waiting.ends_well());
  CHECK(is_there({"mongodb://" + server.address() + "/?expect=any"}));
  CHECK(holds(reason({"mongodb://" + server.address() + "/?expect=secondary"}), "it is not a secondary"));
}

TEST_CASE("a replica set is there once it is initiated and has a primary") {
  ReplicaSet set;
  Waiting primary({set.uri()});
  Waiting secondary({set.uri() + "&expect=secondary"});
  CHECK(holds(reason({set.uri()}), "its replica set is not initiated"));
  CHECK(holds(reason({set.uri() + "&expect=secondary"}), "its replica set is not initiated"));
  CHECK(is_there({set.uri() + "&expect=any"}));
  CHECK(primary.child.running());
  set.initiate();
  CHECK(primary.ends_well());
  CHECK(secondary.ends_well());
  const auto& first = set.member(set.primary());
  const auto& other = set.member((set.primary() + 1) % ReplicaSet::size);
  CHECK(holds(reason({"mongodb://" + other.address() + "/"}), "the primary is " + first.address()));
  CHECK(is_there({"mongodb://" + other.address() + "/?expect=secondary"}));
  CHECK(holds(reason({"mongodb://" + first.address() + "/?expect=secondary"}), "it is not a secondary"));
}
