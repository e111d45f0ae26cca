// Runs sidekick, the yardstick and the official tool in turn, each into an empty database, and prints the medians.
#include <boost/json/value.hpp>
#include <mongoc/mongoc.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "tests/bench/contest.hpp"
#include "tests/support/data_set.hpp"
#include "tests/support/mongod.hpp"
#include "tests/support/sidekick.hpp"

using namespace sidekick::test;

namespace {

constexpr std::size_t documents = 500'000;

DataSet data() {
  return {7, "bench", {{.name = "orders", .documents = documents, .document_bytes = 400}}};
}

std::filesystem::path archive_in(const std::filesystem::path& folder) {
  const auto archive = folder / "orders.archive.gz";
  if (std::filesystem::exists(archive)) return archive;
  const auto unfinished = folder / "unfinished.archive.gz";
  // mongodump writes up to 16 MiB of a collection at once.
  data().write_archive(unfinished, 38'000);
  std::filesystem::rename(unfinished, archive);
  return archive;
}

std::vector<Contender> contenders(const std::filesystem::path& folder, const Mongod& server) {
  const std::string archive = archive_in(folder).string();
  const std::string uri = "mongodb://" + server.address() + "/";
  std::vector<Contender> all{
      {"sidekick", {sidekick_binary(), "mongorestore", "--uri=" + uri, "--archive=" + archive, "--gzip"}},
      {"yardstick", {(folder / "load").string(), uri, archive}}};
  if (on_path("mongorestore"))
    all.push_back({"mongorestore", {"mongorestore", "--uri=" + uri, "--archive=" + archive, "--gzip"}});
  return all;
}

// The database gone and everything on the disk, so that no contender pays for the one before.
void empty(const Mongod& server) {
  server.client().command("bench", R"({"dropDatabase":1})");
  server.client().command("admin", R"({"fsync":1})");
}

void measure(Contender& contender, const Mongod& server) {
  empty(server);
  run_once(contender);
  const auto counted = integer(server.client().command("bench", R"({"count":"orders"})").at("n"));
  if (counted != static_cast<std::int64_t>(documents))
    throw std::runtime_error(contender.name + " brought " + std::to_string(counted) + " documents");
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) throw std::runtime_error("usage: bench_restore FOLDER ROUNDS");
  mongoc_init();
  const Mongod server({.cache_gb = "1"});
  auto all = contenders(argv[1], server);
  for (int round = 0; round < std::atoi(argv[2]); round++)
    for (auto& contender : all) measure(contender, server);
  print(all);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
