#include "lease/lease.hpp"

#include <catch2/catch_test_macros.hpp>

#include <mutex>

#include "agent/status/event.hpp"
#include "lease/record.hpp"
#include "tests/support/eventually.hpp"
#include "tests/unit/support/errors.hpp"
#include "tests/unit/support/recorder.hpp"
#include "tests/unit/support/virtual_clock.hpp"

using namespace sidekick;
using namespace sidekick::lease;
using namespace std::chrono_literals;

namespace {

/// One document that is replaced on a condition, as a database keeps it.
class Document final : public Records {
 public:
  std::vector<std::uint64_t> numbers(const CancelToken&) override {
    const std::lock_guard lock(mutex_);
    return number_ == 0 ? std::vector<std::uint64_t>{} : std::vector{number_};
  }
  std::optional<std::string> read(std::uint64_t number, const CancelToken&) override {
    const std::lock_guard lock(mutex_);
    return number == number_ ? std::optional(text_) : std::nullopt;
  }
  bool create(std::uint64_t number, const std::string& text, const CancelToken&) override {
    const std::lock_guard lock(mutex_);
    if (number <= number_) return false;
    number_ = number;
    text_ = text;
    return true;
  }
  bool replace(std::uint64_t number, const std::string& before, const std::string& text, const CancelToken&) override {
    const std::lock_guard lock(mutex_);
    if (number != number_ || text_ != before) return false;
    text_ = text;
    if (!answers_) throw Error(ErrorKind::unavailable, "the answer was lost");
    return true;
  }
  void remove(std::uint64_t, const CancelToken&) override {}

  void lose_answers(bool lose) {
    const std::lock_guard lock(mutex_);
    answers_ = !lose;
  }

 private:
  std::mutex mutex_;
  std::uint64_t number_ = 0;
  std::string text_;
  bool answers_ = true;
};

class Scene {
 public:
  std::shared_ptr<Document> document = std::make_shared<Document>();
  test::VirtualClock clock;
  test::Recorder recorder;
  status::JobLog log{recorder, "seed", 1};

  std::unique_ptr<Lease> acquire() {
    return Lease::acquire(document, {"shop", "test", 60s}, clock, clock.now(), {}, log);
  }
  std::string text(std::uint64_t number) { return document->read(number, {}).value_or("none"); }
};

}  // namespace

TEST_CASE("a lease that is kept in one document is held by one and by the next when it is given up") {
  Scene scene;
  auto first = scene.acquire();
  REQUIRE(first);
  CHECK_FALSE(scene.acquire());
  CHECK_NOTHROW(first->ensure());
  first.reset();
  CHECK(scene.acquire());
}

TEST_CASE("each holder has a greater number than the one before and an id that its record shows") {
  Scene scene;
  auto first = scene.acquire();
  const auto number = first->number();
  const auto id = first->id();
  CHECK(id.size() == 32);
  CHECK(parse_record(scene.text(number)).token == id);
  first.reset();
  const auto second = scene.acquire();
  CHECK(second->number() > number);
  CHECK(second->id() != id);
}

TEST_CASE("a holder whose renewal finds the record of another has lost the lease") {
  Scene scene;
  const auto lease = scene.acquire();
  REQUIRE(scene.document->create(lease->number() + 1, Record{.holder = "other", .token = "x"}.text(), {}));
  scene.clock.advance(15s);
  const auto error = test::error_of([&] { lease->ensure(); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::temporary);
  CHECK(scene.text(2).starts_with("held by other\n"));
}

TEST_CASE("a renewal whose answer was lost does not make the holder believe that another has the lease") {
  Scene scene;
  const auto lease = scene.acquire();
  scene.document->lose_answers(true);
  scene.clock.advance(15s);
  REQUIRE(test::eventually(10s, [&] { return scene.text(1).find("renewed 1") != std::string::npos; }));
  scene.document->lose_answers(false);
  scene.clock.advance(15s);
  REQUIRE(test::eventually(10s, [&] { return scene.text(1).find("renewed 2") != std::string::npos; }));
  CHECK_NOTHROW(lease->ensure());
}
