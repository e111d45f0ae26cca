#include "tests/support/big_restore.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/support/eventually.hpp"
#include "tests/support/server_state.hpp"
#include "tests/support/sidekick.hpp"

namespace sidekick::test {

BigDump::BigDump()
    : data_(20261121, "big",
            {{.name = "orders",
              .documents = 40'000,
              .indexes = {R"({"v":{"$numberInt":"2"},"key":{"n":{"$numberInt":"1"}},"name":"n_1"})"}},
             {.name = "events", .documents = 2'000, .options = R"({"capped":true,"size":{"$numberInt":"33554432"}})"},
             {.name = "people",
              .documents = 20'000,
              .indexes = {R"({"v":{"$numberInt":"2"},"key":{"prose":{"$numberInt":"1"}},"name":"prose_1"})",
                          R"({"v":{"$numberInt":"2"},"key":{"at":{"$numberInt":"-1"}},"name":"at"})"}}}),
      archive_(folder_ / "big.archive") {
  data_.write_archive(archive_);
  const Mongod reference;
  data_.load(reference.uri());
  wanted_ = read_namespaces(reference.client());
}

std::int64_t BigDump::documents() const {
  std::int64_t all = 0;
  for (const auto& collection : data_.collections()) all += static_cast<std::int64_t>(collection.documents);
  return all;
}

std::int64_t BigDump::stored(const MongoClient& client) const {
  std::int64_t all = 0;
  try {
    for (const auto& collection : data_.collections())
      all += integer(client.command(data_.db(), R"({"count":")" + collection.name + "\"}").at("n"));
  } catch (const MongoFailure&) {
    return 0;
  }
  return all;
}

std::string BigDump::wrong(const MongoClient& client) const {
  return joined(differences(wanted_, read_namespaces(client)));
}

std::unique_ptr<Child> restore_until(const BigDump& dump, const std::vector<std::string>& flags,
                                     const MongoClient& watcher, const std::function<void(Child&)>& misfortune) {
  auto all = flags;
  all.insert(all.end(), {"--archive=" + dump.archive().string(), "--batchSize=50"});
  auto child = std::make_unique<Child>(restore_command(all));
  const bool begun = eventually(60s, [&] { return !child->running() || dump.stored(watcher) > dump.documents() / 10; });
  INFO(child->err());
  REQUIRE(begun);
  REQUIRE(child->running());
  misfortune(*child);
  return child;
}

}  // namespace sidekick::test
