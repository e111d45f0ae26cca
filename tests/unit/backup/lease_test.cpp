#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <barrier>
#include <thread>

#include "agent/status/event.hpp"
#include "backup/storage_lease.hpp"
#include "lease/record.hpp"
#include "tests/support/eventually.hpp"
#include "tests/unit/backup/hooked_storage.hpp"
#include "tests/unit/backup/lease_child.hpp"
#include "tests/unit/support/errors.hpp"
#include "tests/unit/support/recorder.hpp"
#include "tests/unit/support/temporary_folder.hpp"
#include "tests/unit/support/virtual_clock.hpp"

using namespace sidekick;
using namespace sidekick::backup;
using namespace std::chrono_literals;
using test::error_of;
using test::eventually;

namespace {

const CancelToken no_cancel;

/// A folder, and those who want the lease of its job.
class Scene {
 public:
  const test::TemporaryFolder folder;
  test::HookedStorage storage;
  SystemClock clock;
  test::Recorder recorder;
  status::JobLog log{recorder, "backup", 1};

  Scene() : storage(folder / "") {}
  explicit Scene(const std::string& of_another) : storage(of_another) {}

  std::unique_ptr<Lease> acquire(Clock::duration patience = 0s, std::chrono::seconds ends_after = 60s,
                                 const std::string& job = "shop") {
    return acquire_by(clock, patience, ends_after, job);
  }

  std::unique_ptr<Lease> acquire_by(Clock& by, Clock::duration patience, std::chrono::seconds ends_after,
                                    const std::string& job = "shop") {
    return acquire_lease(storage, {job, "test", ends_after}, by, by.now() + patience, no_cancel, log);
  }

  std::vector<std::string> names() {
    std::vector<std::string> out;
    for (const auto& object : storage.list("", no_cancel)) out.push_back(object.name);
    return out;
  }

  std::string text_of(const std::string& name) { return storage.get(name, no_cancel).value_or("none"); }
};

std::string record(const std::string& holder, lease::Record::State state = lease::Record::State::held) {
  return lease::Record{.holder = holder, .token = "of-" + holder, .ends_after = 60s, .state = state}.text();
}

}  // namespace

TEST_CASE("a released lease goes to the next process") {
  Scene scene;
  auto first = scene.acquire();
  REQUIRE(first);
  CHECK_NOTHROW(first->ensure());
  CHECK_FALSE(scene.acquire());
  first.reset();
  CHECK(scene.acquire());
}

TEST_CASE("only one small object remains of all leases") {
  Scene scene;
  for (int i = 0; i < 5; i++) REQUIRE(scene.acquire());
  CHECK(scene.names() == std::vector<std::string>{"shop.lease-0000000005"});
  CHECK(scene.text_of("shop.lease-0000000005").starts_with("given up by test\n"));
}

TEST_CASE("leases of jobs with a common name prefix are independent") {
  Scene scene;
  const auto shop = scene.acquire(0s, 60s, "shop");
  const auto longer = scene.acquire(0s, 60s, "shop-2");
  const auto other = scene.acquire(0s, 60s, "sho");
  CHECK(shop);
  CHECK(longer);
  CHECK(other);
}

TEST_CASE("of many threads that start in the same moment exactly one holds the lease") {
  Scene scene;
  for (int round = 0; round < 20; round++) {
    std::barrier all(6);
    std::atomic<int> held = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 6; i++)
      threads.emplace_back([&] {
        all.arrive_and_wait();
        const auto lease = scene.acquire();
        if (lease) held++;
        all.arrive_and_wait();  // nobody gives it up before all have asked
      });
    threads.clear();
    REQUIRE(held == 1);
  }
}

TEST_CASE("a process that creates a generation too late does not get the lease") {
  // Between the look and the creation two others held it in turn, and what was created had been given up and removed.
  for (const bool was_empty : {true, false}) {
    CAPTURE(was_empty);
    Scene scene;
    if (!was_empty) REQUIRE(scene.acquire());
    Scene others(scene.folder / "");
    std::unique_ptr<Lease> holder;
    scene.storage.before = [&](std::string_view call, const std::string&, const CancelToken&) {
      if (call != "put_if_absent" || holder) return;
      REQUIRE(others.acquire());
      holder = others.acquire();
    };
    CHECK_FALSE(scene.acquire());
    REQUIRE(holder);
    CHECK_NOTHROW(holder->ensure());
    scene.storage.before = nullptr;
    holder.reset();
    CHECK(scene.acquire());
  }
}

TEST_CASE("a process that was stopped does not count that time as silence of the holder") {
  Scene scene;
  const auto name = std::string("shop.lease-0000000001");
  auto holder = lease::Record{.holder = "other", .token = "of-other", .ends_after = 60s};
  scene.storage.put_if_absent(name, holder.text(), no_cancel);
  test::VirtualClock clock;
  int looks = 0;
  scene.storage.after = [&](std::string_view call, const std::string&, const CancelToken&) {
    if (call != "get" || ++looks != 2) return;
    clock.advance(10min);
    holder.renewals++;  // as it did all the while
    scene.storage.replace(name, holder.text(), no_cancel);
  };
  CHECK_FALSE(scene.acquire_by(clock, 1min, 60s));
  CHECK(looks >= 2);
  scene.storage.after = nullptr;
  CHECK(scene.names() == std::vector<std::string>{name});
}

TEST_CASE("a lease that a listing misses during its renewal is not lost") {
  // A name that is given to another file while a folder is read may be shown neither as the one nor as the other.
  for (const bool by_name : {true, false}) {
    CAPTURE(by_name);
    Scene scene;
    test::VirtualClock clock;
    const auto lease = scene.acquire_by(clock, 0s, 60s);
    REQUIRE(lease);
    const auto lease_file = scene.folder / "shop.lease-0000000001";
    const auto away = scene.folder / ".away";
    scene.storage.before = [&](std::string_view call, const std::string&, const CancelToken&) {
      if (call == (by_name ? "list" : "get") && std::filesystem::exists(lease_file))
        std::filesystem::rename(lease_file, away);
    };
    scene.storage.after = [&](std::string_view call, const std::string&, const CancelToken&) {
      if (call != (by_name ? "list" : "get")) return;
      std::filesystem::rename(away, lease_file);
      scene.storage.before = nullptr;
      scene.storage.after = nullptr;
    };
    clock.advance(2s);
    CHECK_NOTHROW(lease->ensure());
  }
}

TEST_CASE("a lease whose object is gone is lost") {
  Scene scene;
  test::VirtualClock clock;
  const auto lease = scene.acquire_by(clock, 0s, 60s);
  REQUIRE(lease);
  scene.storage.remove("shop.lease-0000000001", no_cancel);
  clock.advance(2s);
  CHECK(error_of([&] { lease->ensure(); })->kind() == ErrorKind::temporary);
}

TEST_CASE("of many processes that start in the same moment exactly one holds the lease") {
  Scene scene;
  for (int round = 0; round < 5; round++) {
    std::vector<std::unique_ptr<test::LeaseChild>> children;
    for (int i = 0; i < 6; i++) children.push_back(std::make_unique<test::LeaseChild>(scene.folder / "", 1s));
    for (auto& child : children) child->tell('a');
    int held = 0;
    for (auto& child : children) held += child->answer() == 'y' ? 1 : 0;
    REQUIRE(held == 1);
    for (auto& child : children) child->tell('q');
    for (auto& child : children) REQUIRE(child->wait() == 0);
  }
}

TEST_CASE("the lease of a process that was killed ends when it was silent for long enough") {
  Scene scene;
  test::LeaseChild child(scene.folder / "", 1s);
  child.tell('a');
  REQUIRE(child.answer() == 'y');
  child.signal(SIGKILL);
  CHECK_FALSE(scene.acquire());
  const auto begun = std::chrono::steady_clock::now();
  REQUIRE(scene.acquire(10s, 60s));  // it is the dead one's own limit that counts
  const auto took = std::chrono::steady_clock::now() - begun;
  CHECK(took >= 1s);
  CHECK(took < 8s);
  CHECK(scene.recorder.lines(LogLevel::warning).size() == 1);
}

TEST_CASE("a holder that renews keeps its lease") {
  Scene scene;
  const auto lease = scene.acquire(0s, 3s);
  CHECK_FALSE(scene.acquire(4s, 3s));
  CHECK_NOTHROW(lease->ensure());
  CHECK(scene.recorder.lines(LogLevel::info).size() == 1);
  CHECK(scene.recorder.lines(LogLevel::warning).empty());
}

TEST_CASE("a holder that was stopped and goes on finds its lease lost before it publishes") {
  Scene scene;
  test::LeaseChild child(scene.folder / "", 1s);
  child.tell('a');
  REQUIRE(child.answer() == 'y');
  child.signal(SIGSTOP);
  const auto next = scene.acquire(20s, 60s);
  REQUIRE(next);
  child.tell('e');
  child.signal(SIGCONT);
  CHECK(child.answer() == 'l');
  CHECK_NOTHROW(next->ensure());
  child.tell('q');
  CHECK(child.wait() == 0);
  CHECK_NOTHROW(next->ensure());
  CHECK(scene.names() == std::vector<std::string>{"shop.lease-0000000002"});
}

TEST_CASE("a holder that was stopped for a moment still has its lease") {
  Scene scene;
  test::LeaseChild child(scene.folder / "", 5s);
  child.tell('a');
  REQUIRE(child.answer() == 'y');
  child.signal(SIGSTOP);
  CHECK_FALSE(scene.acquire(200ms));
  child.tell('e');
  child.signal(SIGCONT);
  CHECK(child.answer() == 'h');
}

TEST_CASE("a lease is lost when a later generation is found") {
  Scene scene;
  test::VirtualClock clock;
  const auto lease = scene.acquire_by(clock, 0s, 60s);
  scene.storage.put_if_absent("shop.lease-0000000002", record("other"), no_cancel);
  clock.advance(1s);
  const auto error = error_of([&] { lease->ensure(); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::temporary);
  CHECK(error->message() == "the lease of job 'shop' is lost: another process holds it");
  scene.storage.remove("shop.lease-0000000002", no_cancel);
  clock.advance(1s);
  CHECK(error_of([&] { lease->ensure(); }));  // for good
}

TEST_CASE("a lease whose bytes were overwritten is lost") {
  Scene scene;
  test::VirtualClock clock;
  const auto lease = scene.acquire_by(clock, 0s, 60s);
  scene.storage.replace("shop.lease-0000000001", record("other"), no_cancel);
  clock.advance(1s);
  const auto error = error_of([&] { lease->ensure(); });
  REQUIRE(error);
  CHECK(error->message() == "the lease of job 'shop' is lost: 'other' holds it");
}

TEST_CASE("a lease that was not renewed within its duration is lost") {
  Scene scene;
  test::VirtualClock clock;
  const auto lease = scene.acquire_by(clock, 0s, 60s);
  std::atomic<int> failed = 0;
  scene.storage.before = [&](std::string_view call, const std::string&, const CancelToken&) {
    if (call != "replace") return;
    failed++;
    throw Error(ErrorKind::unavailable, "not now");
  };
  clock.advance(20s);
  REQUIRE(eventually(10s, [&] { return failed > 0; }));
  CHECK_NOTHROW(lease->ensure());
  CHECK_FALSE(scene.recorder.lines(LogLevel::warning).empty());
  clock.advance(40s);
  const auto error = error_of([&] { lease->ensure(); });
  REQUIRE(error);
  CHECK(error->message() == "the lease of job 'shop' is lost: it was not renewed for 60 s");
}

TEST_CASE("a renewal that fails is tried again in time") {
  Scene scene;
  test::VirtualClock clock;
  std::atomic<int> calls = 0;
  scene.storage.before = [&](std::string_view call, const std::string&, const CancelToken&) {
    if (call == "replace" && calls++ == 0) throw Error(ErrorKind::unavailable, "not now");
  };
  const auto lease = scene.acquire_by(clock, 0s, 60s);
  for (const int after : {1, 2}) {
    clock.advance(15s);
    REQUIRE(eventually(10s, [&] { return calls >= after; }));
  }
  REQUIRE(
      eventually(10s, [&] { return scene.text_of("shop.lease-0000000001").find("renewed 2") != std::string::npos; }));
  clock.advance(10s);
  CHECK_NOTHROW(lease->ensure());
}

TEST_CASE("a holder that stalls before its renewal does not bring a lost lease back") {
  Scene scene;
  test::VirtualClock clock;
  std::atomic<bool> stalled = false, renewed = false;
  storage::PosixStorage others(scene.folder / "");
  scene.storage.before = [&](std::string_view call, const std::string&, const CancelToken&) {
    if (call != "replace" || stalled.exchange(true)) return;
    others.put_if_absent("shop.lease-0000000002", record("second"), no_cancel);
    others.remove("shop.lease-0000000001", no_cancel);
    others.put_if_absent("shop.lease-0000000003", record("third"), no_cancel);
    others.remove("shop.lease-0000000002", no_cancel);
    renewed = true;
  };
  auto lease = scene.acquire_by(clock, 0s, 60s);
  clock.advance(15s);
  REQUIRE(eventually(10s, [&] { return renewed.load(); }));
  REQUIRE(eventually(10s, [&] { return scene.names().size() == 2; }));
  clock.advance(1s);
  CHECK(error_of([&] { lease->ensure(); }));
  lease.reset();
  CHECK(scene.text_of("shop.lease-0000000003") == record("third"));
  others.replace("shop.lease-0000000003", record("third", lease::Record::State::given_up), no_cancel);
  CHECK(scene.acquire());
  CHECK(scene.names() == std::vector<std::string>{"shop.lease-0000000004"});
}

TEST_CASE("a process that is a moment late does not get the lease") {
  Scene scene;
  storage::PosixStorage others(scene.folder / "");
  scene.storage.before = [&](std::string_view call, const std::string& name, const CancelToken&) {
    if (call == "put_if_absent") others.put_if_absent(name, record("other"), no_cancel);
  };
  CHECK_FALSE(scene.acquire());
  CHECK(scene.text_of("shop.lease-0000000001") == record("other"));
}

TEST_CASE("an invalid record is treated as the lease of a dead holder") {
  Scene scene;
  test::VirtualClock clock;
  scene.storage.put_if_absent("shop.lease-0000000007", "", no_cancel);
  CHECK_FALSE(scene.acquire_by(clock, 59s, 60s));
  CHECK(scene.acquire_by(clock, 70s, 60s));
  CHECK(scene.names() == std::vector<std::string>{"shop.lease-0000000008"});
}

TEST_CASE("a lease that changes belongs to a live process") {
  Scene scene;
  test::VirtualClock clock;
  scene.storage.put_if_absent("shop.lease-0000000001", record("0"), no_cancel);
  for (int i = 1; i < 10; i++)
    clock.at(std::chrono::seconds(50 * i),
             [&, i] { scene.storage.replace("shop.lease-0000000001", record(std::to_string(i)), no_cancel); });
  CHECK_FALSE(scene.acquire_by(clock, 500s, 60s));
  CHECK(scene.acquire_by(clock, 70s, 60s));
}

TEST_CASE("waiting for a lease ends when it is cancelled") {
  Scene scene;
  const auto lease = scene.acquire(0s, 60s);
  CancelSource source;
  std::optional<Error> error;
  std::jthread waiting([&] {
    error = error_of([&] {
      acquire_lease(scene.storage, {"shop", "second", 60s}, scene.clock, scene.clock.now() + 60s, source.token(),
                    scene.log);
    });
  });
  REQUIRE(eventually(10s, [&] { return !scene.recorder.lines(LogLevel::info).empty(); }));
  source.cancel();
  waiting.join();
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::cancelled);
}

TEST_CASE("releasing a lease does not wait for an unresponsive storage") {
  Scene scene;
  scene.storage.before = [&](std::string_view call, const std::string&, const CancelToken& cancel) {
    if (call != "replace") return;
    SystemClock().wait_for(60s, cancel);
    cancel.throw_if_cancelled();
  };
  auto lease = scene.acquire(0s, 60s);
  const auto begun = std::chrono::steady_clock::now();
  lease.reset();
  CHECK(std::chrono::steady_clock::now() - begun < 2s);
}

TEST_CASE("acquiring a lease throws the error of the storage") {
  Scene scene;
  storage::PosixStorage nowhere(scene.folder / "missing");
  const auto error =
      error_of([&] { acquire_lease(nowhere, {"shop", "test"}, scene.clock, scene.clock.now(), no_cancel, scene.log); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::no_input);
}
