#include "restore/batch_queue.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <future>
#include <thread>

#include "sidekick/error.hpp"
#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::restore;
using namespace sidekick::test;
using namespace std::chrono_literals;

namespace {

Batch batch_of(const Target& target, std::uint8_t mark) {
  Batch batch;
  batch.target = &target;
  batch.bytes = {mark};
  batch.starts = {0};
  return batch;
}

std::exception_ptr failure() {
  return std::make_exception_ptr(Error(ErrorKind::data, "a worker failed"));
}

}  // namespace

TEST_CASE("what is held never passes the limit while workers take batches") {
  BatchQueue queue(100);
  const Target target;
  std::atomic<int> held = 0;
  std::atomic<int> most = 0;
  std::atomic<int> taken = 0;
  std::vector<std::jthread> workers;
  for (int i = 0; i < 3; i++)
    workers.emplace_back([&] {
      while (auto entry = queue.pop()) {
        taken++;
        held -= static_cast<int>(entry->reserved);
        queue.done(std::move(*entry));
      }
    });
  for (int i = 0; i < 500; i++) {
    queue.reserve(30);
    const int now = held += 30;
    most = std::max(most.load(), now);
    auto batch = queue.recycled();
    CHECK(batch.count() == 0);
    batch.target = &target;
    batch.starts = {0};
    batch.bytes = {1};
    queue.push(std::move(batch), 30);
  }
  queue.drain();
  CHECK(taken == 500);
  queue.finish();
  workers.clear();
  CHECK(most <= 100);
}

TEST_CASE("one reservation larger than the limit is let in when nothing else is held") {
  BatchQueue queue(10);
  queue.reserve(50);
  auto second = std::async(std::launch::async, [&] { queue.reserve(5); });
  CHECK(second.wait_for(20ms) == std::future_status::timeout);
  const Target target;
  queue.push(batch_of(target, 1), 50);
  queue.done(*queue.pop());
  REQUIRE(second.wait_for(10s) == std::future_status::ready);
}

TEST_CASE("of an ordered target one batch is out at a time and in order, while others pass it") {
  BatchQueue queue(100);
  Target ordered;
  ordered.ordered = true;
  const Target other;
  for (const std::uint8_t mark : std::vector<std::uint8_t>{1, 2}) {
    queue.reserve(1);
    queue.push(batch_of(ordered, mark), 1);
  }
  queue.reserve(1);
  queue.push(batch_of(other, 3), 1);
  auto first = queue.pop();
  auto next = queue.pop();
  REQUIRE(first);
  REQUIRE(next);
  CHECK(first->batch.bytes == std::vector<std::uint8_t>{1});
  CHECK(next->batch.bytes == std::vector<std::uint8_t>{3});
  queue.done(std::move(*first));
  const auto last = queue.pop();
  REQUIRE(last);
  CHECK(last->batch.bytes == std::vector<std::uint8_t>{2});
}

TEST_CASE("many workers keep the order of an ordered target") {
  BatchQueue queue(1000);
  Target ordered;
  ordered.ordered = true;
  std::mutex mutex;
  std::vector<std::size_t> seen;
  std::vector<std::jthread> workers;
  for (int i = 0; i < 4; i++)
    workers.emplace_back([&] {
      while (auto entry = queue.pop()) {
        {
          const std::lock_guard lock(mutex);
          seen.push_back(entry->batch.starts.size());
        }
        queue.done(std::move(*entry));
      }
    });
  for (std::size_t i = 1; i <= 300; i++) {
    queue.reserve(10);
    Batch batch;
    batch.target = &ordered;
    batch.starts.resize(i);
    queue.push(std::move(batch), 10);
  }
  queue.finish();
  workers.clear();
  REQUIRE(seen.size() == 300);
  CHECK(std::ranges::is_sorted(seen));
}

TEST_CASE("a failure wakes everybody who waits") {
  BatchQueue queue(10);
  const Target target;
  queue.reserve(10);
  queue.push(batch_of(target, 1), 10);
  const auto out = queue.pop();
  auto popper = std::async(std::launch::async, [&] { return queue.pop().has_value(); });
  auto reserver = std::async(std::launch::async, [&] { return error_of([&] { queue.reserve(10); }); });
  auto drainer = std::async(std::launch::async, [&] { return error_of([&] { queue.drain(); }); });
  queue.fail(failure());
  queue.fail(std::make_exception_ptr(Error(ErrorKind::io, "a later failure")));
  REQUIRE(popper.wait_for(10s) == std::future_status::ready);
  CHECK_FALSE(popper.get());
  CHECK(reserver.get()->message() == "a worker failed");
  CHECK(drainer.get()->message() == "a worker failed");
  CHECK(error_of([&] { queue.push(batch_of(target, 2), 1); })->message() == "a worker failed");
}

TEST_CASE("workers end when the queue is finished and empty, not before") {
  BatchQueue queue(10);
  const Target target;
  queue.reserve(1);
  queue.push(batch_of(target, 1), 1);
  queue.finish();
  CHECK(queue.pop());
  CHECK_FALSE(queue.pop());
}
