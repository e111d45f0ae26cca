// Runs sidekick, the yardstick and the official tool in turn, each into an empty database, and prints the medians.
#include <boost/json/value.hpp>
#include <mongoc/mongoc.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "tests/bench/contest.hpp"
#include "tests/bench/orders.hpp"
#include "tests/support/mongod.hpp"
#include "tests/support/sidekick.hpp"

using namespace sidekick::test;

namespace {

/// A second process that finds every document there.
const std::string again = "sidekick again";

std::vector<Contender> contenders(const std::filesystem::path& folder, const Orders& data, const Mongod& server) {
  const std::string uri = "mongodb://" + server.address() + "/";
  const std::vector<std::string> restore{sidekick_binary(), "mongorestore", "--uri=" + uri, "--archive=" + data.archive,
                                         "--gzip"};
  std::vector<Contender> all{{"sidekick", restore},
                             {again, restore},
                             // It builds no indexes.
                             {"yardstick", {(folder / "load").string(), uri, data.archive}}};
  if (on_path("mongorestore"))
    all.push_back({"mongorestore", {"mongorestore", "--uri=" + uri, "--archive=" + data.archive, "--gzip"}});
  return all;
}

// The database gone and everything on the disk, so that no contender pays for the one before.
void empty(const Mongod& server) {
  server.client().command("bench", R"({"dropDatabase":1})");
  server.client().command("admin", R"({"fsync":1})");
}

void check(const Contender& contender, const Orders& data, const MongoClient& client) {
  std::int64_t documents = 0;
  std::size_t indexes = 0;
  for (const auto& name : data.collections) {
    documents += integer(client.command("bench", R"({"count":")" + name + "\"}").at("n"));
    indexes += client.documents("bench", {{"listIndexes", name}}).size() - 1;
  }
  if (documents != static_cast<std::int64_t>(data.documents))
    throw std::runtime_error(contender.name + " brought " + std::to_string(documents) + " documents");
  if (contender.name != "yardstick" && indexes != data.indexes * data.collections.size())
    throw std::runtime_error(contender.name + " built " + std::to_string(indexes) + " indexes");
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 4) throw std::runtime_error("usage: bench_restore FOLDER ROUNDS restore|indexes");
  mongoc_init();
  const auto data = std::string(argv[3]) == "indexes" ? indexed_orders(argv[1]) : orders(argv[1], ".archive.gz");
  const Mongod server({.cache_gb = "1"});
  auto all = contenders(argv[1], data, server);
  for (int round = 0; round < std::atoi(argv[2]); round++)
    for (auto& contender : all) {
      if (contender.name != again) empty(server);
      run_once(contender);
      check(contender, data, server.client());
    }
  print(all);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
