// What every storage promises, on each kind of them.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <thread>

#include "sidekick/error.hpp"
#include "storage/storage.hpp"
#include "tests/integration/storage_places.hpp"
#include "tests/support/eventually.hpp"
#include "tests/unit/support/errors.hpp"
#include "tests/unit/support/in_child.hpp"

using namespace sidekick;
using namespace sidekick::test;
using sidekick::storage::Exclusion;

namespace {

using Names = std::vector<std::string>;

/// One kind of storage with its place, in the message of each failure.
struct Fixture {
  explicit Fixture(const StorageKind& kind) : place(kind.make()), storage(place->open()) {}
  std::unique_ptr<StoragePlace> place;
  std::unique_ptr<storage::Storage> storage;
  CancelToken never;
};

std::size_t leftovers_of(storage::Storage& storage) {
  return storage.leftovers("", CancelToken()).size();
}

}  // namespace

#define FOR_EACH_STORAGE(fixture)                          \
  const auto kind = GENERATE(from_range(storage_kinds())); \
  INFO("storage: " << kind.name);                          \
  Fixture fixture(kind)

TEST_CASE("storage: a place is checked and nothing of it is left") {
  FOR_EACH_STORAGE(f);
  CHECK(f.storage->check(f.never) == Exclusion::strict);
  CHECK(f.storage->check(f.never) == Exclusion::strict);
  CHECK(names_in(*f.storage).empty());
  CHECK(leftovers_of(*f.storage) == 0);
}

TEST_CASE("storage: bytes of any number come back as they were") {
  FOR_EACH_STORAGE(f);
  for (const std::size_t bytes : {0U, 1U, 99'999U, 16U << 20U, 20'000'001U}) {
    INFO(bytes << " bytes");
    const auto content = noise(bytes);
    const auto name = "of-" + std::to_string(bytes);
    store(*f.storage, name, content);
    CHECK((content_of(*f.storage, name) == content));
    const auto listed = f.storage->list(name, f.never);
    REQUIRE(listed.size() == 1);
    CHECK(listed[0].bytes == bytes);
    if (bytes <= 16U << 20U) CHECK((f.storage->get(name, f.never) == content));
  }
  const auto error = error_of([&] { f.storage->get("of-20000001", f.never); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::data);
  CHECK(leftovers_of(*f.storage) == 0);
}

TEST_CASE("storage: an object has no name before it is finished and leaves nothing when it is given up") {
  FOR_EACH_STORAGE(f);
  const auto content = noise(12'000'000);
  {
    const auto sink = f.storage->create("late", f.never);
    sink->write(bytes_of(content));
    CHECK(names_in(*f.storage).empty());
    CHECK_FALSE(f.storage->get("late", f.never));
  }
  CHECK(names_in(*f.storage).empty());
  CHECK(leftovers_of(*f.storage) == 0);
}

TEST_CASE("storage: a name that is taken meanwhile stays with what is there") {
  FOR_EACH_STORAGE(f);
  for (const std::size_t bytes : {1'000U, 12'000'000U}) {
    INFO(bytes << " bytes");
    const auto name = "name-" + std::to_string(bytes);
    const auto sink = f.storage->create(name, f.never);
    sink->write(bytes_of(noise(bytes)));
    CHECK(f.storage->put_if_absent(name, "first", f.never));
    const auto error = error_of([&] { sink->finish(); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::cannot_create);
    CHECK(mentions(*error, name));
    CHECK(mentions(*error, f.storage->where()));
    CHECK(f.storage->get(name, f.never) == "first");
  }
  CHECK(leftovers_of(*f.storage) == 0);
}

TEST_CASE("storage: of two writers of one name exactly one wins") {
  FOR_EACH_STORAGE(f);
  for (int round = 0; round < 5; round++) {
    const auto small = "small-" + std::to_string(round);
    const auto large = "large-" + std::to_string(round);
    std::atomic<int> ready = 0;
    std::atomic<int> small_wins = 0;
    std::atomic<int> large_wins = 0;
    const auto compete = [&](const std::string& own) {
      const auto storage = f.place->open();
      const auto sink = storage->create(large, CancelToken());
      sink->write(bytes_of(own));
      ready++;
      while (ready < 2) std::this_thread::yield();
      if (storage->put_if_absent(small, own, CancelToken())) small_wins++;
      if (!error_of([&] { sink->finish(); })) large_wins++;
    };
    std::thread one(compete, "one");
    std::thread other(compete, "other");
    one.join();
    other.join();
    CHECK(small_wins == 1);
    CHECK(large_wins == 1);
  }
  CHECK(names_in(*f.storage).size() == 10);
  CHECK(leftovers_of(*f.storage) == 0);
}

TEST_CASE("storage: a small object is replaced whole while it is read") {
  FOR_EACH_STORAGE(f);
  const std::string old(300'000, 'o');
  const std::string fresh(200'000, 'n');
  f.storage->replace("state", old, f.never);
  std::atomic<bool> done = false;
  int torn = 0;
  std::thread reader([&] {
    const auto storage = f.place->open();
    while (!done) {
      const auto seen = storage->get("state", CancelToken());
      if (seen != old && seen != fresh) torn++;
    }
  });
  for (int i = 0; i < 20; i++) f.storage->replace("state", i % 2 == 0 ? fresh : old, f.never);
  done = true;
  reader.join();
  CHECK(torn == 0);
  CHECK((f.storage->get("state", f.never) == old));
  CHECK(names_in(*f.storage) == Names{"state"});
  CHECK(leftovers_of(*f.storage) == 0);
}

TEST_CASE("storage: what is not there is told as such and may be removed") {
  FOR_EACH_STORAGE(f);
  CHECK_FALSE(f.storage->get("none", f.never));
  const auto error = error_of([&] { content_of(*f.storage, "none"); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::no_input);
  CHECK(mentions(*error, "'none'"));
  f.storage->remove("none", f.never);
  CHECK(f.storage->put_if_absent("none", "", f.never));
  CHECK(f.storage->get("none", f.never) == "");
  f.storage->remove("none", f.never);
  CHECK_FALSE(f.storage->get("none", f.never));
  CHECK(f.storage->put_if_absent("none", "again", f.never));
}

TEST_CASE("storage: objects are listed by the beginning of their names and in order") {
  FOR_EACH_STORAGE(f);
  const auto before = std::chrono::system_clock::now() - 2s;
  const Names names{
      "B-20260102T000000Z", "a", "a-20260101T000000Z-0a.json", "a-20260101T000000Z-0a.x", "a.b", "ab", "a_b", "b-1"};
  for (const auto& name : names) CHECK(f.storage->put_if_absent(name, name, f.never));
  auto sorted = names;
  std::ranges::sort(sorted);
  CHECK(names_in(*f.storage) == sorted);
  CHECK(names_in(*f.storage, "a-") == Names{"a-20260101T000000Z-0a.json", "a-20260101T000000Z-0a.x"});
  CHECK(names_in(*f.storage, "c").empty());
  for (const auto& object : f.storage->list("", f.never)) {
    CHECK(object.bytes == object.name.size());
    CHECK(object.modified >= before);
    CHECK(object.modified <= std::chrono::system_clock::now() + 2s);
  }
}

TEST_CASE("storage: what a killed writer left is found and discarded") {
  FOR_EACH_STORAGE(f);
  const auto content = noise(12'000'000);
  const auto status = in_child([&] {
    const auto storage = f.place->open();
    storage->create("lost", CancelToken())->write(bytes_of(content));
    const auto sink = storage->create("lost-too", CancelToken());
    sink->write(bytes_of(content));
    return ::raise(SIGKILL);
  });
  REQUIRE(WIFSIGNALED(status));
  CHECK(names_in(*f.storage).empty());
  CHECK(f.storage->leftovers("other", f.never).empty());
  const auto left = f.storage->leftovers("lost", f.never);
  REQUIRE(left.size() == 1);
  CHECK(left[0].name == "lost-too");
  CHECK(left[0].begun > std::chrono::system_clock::now() - 1min);
  f.storage->discard(left[0], f.never);
  f.storage->discard(left[0], f.never);
  CHECK(leftovers_of(*f.storage) == 0);
}

TEST_CASE("storage: a place that is not there is told and not made") {
  FOR_EACH_STORAGE(f);
  const auto missing = f.place->open_missing();
  const auto told = [&](auto&& call) {
    const auto error = error_of(call);
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::no_input);
    CHECK(mentions(*error, missing->where()));
    CHECK_FALSE(error->hint().empty());
  };
  told([&] { missing->check(f.never); });
  told([&] { missing->list("", f.never); });
  told([&] { missing->get("x", f.never); });
  told([&] { missing->put_if_absent("x", "y", f.never); });
  told([&] { store(*missing, "x", "y"); });
  told([&] { missing->check(f.never); });
}

TEST_CASE("storage: a name that would lead elsewhere is refused") {
  FOR_EACH_STORAGE(f);
  for (const std::string name : {"", "../x", ".hidden", "a/b", "a b", "a\n", "ä"}) {
    INFO(name);
    for (const auto& error :
         {error_of([&] { f.storage->get(name, f.never); }), error_of([&] { f.storage->create(name, f.never); }),
          error_of([&] { f.storage->put_if_absent(name, "", f.never); }),
          error_of([&] { f.storage->replace(name, "", f.never); }), error_of([&] { f.storage->open(name, f.never); }),
          error_of([&] { f.storage->remove(name, f.never); })}) {
      REQUIRE(error);
      CHECK(error->kind() == ErrorKind::config);
    }
  }
}

TEST_CASE("storage: a cancelled stream ends and leaves nothing") {
  FOR_EACH_STORAGE(f);
  CancelSource source;
  {
    const auto sink = f.storage->create("stopped", source.token());
    const auto content = noise(12'000'000);
    sink->write(bytes_of(content));
    source.cancel();
    const auto error = error_of([&] {
      sink->write(bytes_of(content));
      sink->finish();
    });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::cancelled);
  }
  CHECK(names_in(*f.storage).empty());
  CHECK(leftovers_of(*f.storage) == 0);
  for (const auto& error : {error_of([&] { f.storage->list("", source.token()); }),
                            error_of([&] { f.storage->put_if_absent("x", "y", source.token()); })}) {
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::cancelled);
  }
}

TEST_CASE("storage: many threads use one storage at once") {
  FOR_EACH_STORAGE(f);
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (unsigned i = 0; i < 6; i++)
    threads.emplace_back([&, i] {
      const auto content = noise(400'000, i);
      const auto name = "t" + std::to_string(i);
      store(*f.storage, name, content);
      if (content_of(*f.storage, name) != content || f.storage->get(name, CancelToken()) != content) wrong++;
    });
  for (auto& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(names_in(*f.storage).size() == 6);
}
