// Runs sidekick, the yardstick and the official tool in turn, each into an empty database, and prints the medians.
#include <boost/json/value.hpp>
#include <mongoc/mongoc.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "tests/support/data_set.hpp"
#include "tests/support/mongod.hpp"
#include "tests/support/process.hpp"
#include "tests/support/sidekick.hpp"

using namespace sidekick::test;

namespace {

constexpr std::size_t documents = 500'000;

struct Contender {
  std::string name;
  std::vector<std::string> words;
  std::vector<Finished> runs{};
};

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

bool on_path(const std::string& program) {
  return run({{"sh", "-c", "command -v " + program}}, 10s).exit_code == 0;
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
  contender.runs.push_back(run({contender.words}, 300s));
  if (contender.runs.back().exit_code != 0)
    throw std::runtime_error(contender.name + ": " + contender.runs.back().describe());
  const auto counted = integer(server.client().command("bench", R"({"count":"orders"})").at("n"));
  if (counted != static_cast<std::int64_t>(documents))
    throw std::runtime_error(contender.name + " brought " + std::to_string(counted) + " documents");
}

template <class Get>
double median(const Contender& contender, Get get) {
  std::vector<double> values;
  for (const auto& finished : contender.runs) values.push_back(get(finished));
  std::ranges::sort(values);
  return values[values.size() / 2];
}

struct Medians {
  explicit Medians(const Contender& contender)
      : wall(median(contender, [](const Finished& run) { return run.wall.count(); })),
        cpu(median(contender, [](const Finished& run) { return run.cpu.count(); })),
        memory_mib(median(contender, [](const Finished& run) { return static_cast<double>(run.peak_kib) / 1024; })) {}
  double wall;
  double cpu;
  double memory_mib;
};

void print(const std::vector<Contender>& all) {
  const Medians floor(all[1]);
  std::printf("%-14s %8s %8s %8s   %s\n", "", "wall", "CPU", "memory", "ratio to the yardstick: wall, CPU, memory");
  for (const auto& contender : all) {
    const Medians own(contender);
    std::printf("%-14s %6.2f s %6.2f s %4.0f MiB   %.2f  %.2f  %.2f\n", contender.name.c_str(), own.wall, own.cpu,
                own.memory_mib, own.wall / floor.wall, own.cpu / floor.cpu, own.memory_mib / floor.memory_mib);
  }
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
