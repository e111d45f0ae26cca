// Runs sidekick, the yardstick and the official tool in turn over one database, each in each of its forms, and prints
// the medians.
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
constexpr std::uintmax_t least_bytes = 200'000'000;

DataSet data() {
  return {7, "bench", {{.name = "orders", .documents = documents, .document_bytes = 450}}};
}

std::vector<Contender> contenders(const std::filesystem::path& folder, const std::string& out, const Mongod& server) {
  const std::string uri = "mongodb://" + server.address() + "/";
  const std::vector<std::string> own{sidekick_binary(), "mongodump", "--uri=" + uri, "--db=bench", "--archive=" + out};
  const auto with = [](std::vector<std::string> words, const std::string& word) {
    words.push_back(word);
    return words;
  };
  std::vector<Contender> all{{"yardstick", {(folder / "drain").string(), uri, "bench", out}},
                             {"sidekick", own},
                             {"sidekick --gzip", with(own, "--gzip"), true},
                             {"sidekick --zstd", with(own, "--zstd"), true}};
  if (on_path("mongodump")) {
    const std::vector<std::string> official{"mongodump", "--uri=" + uri, "--db=bench", "--archive=" + out};
    all.push_back({"mongodump", official});
    all.push_back({"mongodump --gzip", with(official, "--gzip"), true});
  }
  return all;
}

void measure(Contender& contender, const std::filesystem::path& out) {
  std::filesystem::remove(out);
  run_once(contender);
  if (const auto bytes = std::filesystem::file_size(out); !contender.compressed && bytes < least_bytes)
    throw std::runtime_error(contender.name + " wrote only " + std::to_string(bytes) + " bytes");
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) throw std::runtime_error("usage: bench_dump FOLDER ROUNDS");
  mongoc_init();
  const Mongod server({.cache_gb = "1"});
  data().load("mongodb://" + server.address() + "/");
  server.client().command("admin", R"({"fsync":1})");
  // In memory where that can be: we sync what we write and the yardstick does not, so a disk would be what is measured.
  const bool has_memory = std::filesystem::is_directory("/dev/shm");
  const auto out =
      std::filesystem::path(has_memory ? "/dev/shm" : argv[1]) / ("dumped." + std::to_string(server.port()));
  auto all = contenders(argv[1], out.string(), server);
  for (int round = 0; round < std::atoi(argv[2]); round++)
    for (auto& contender : all) measure(contender, out);
  std::filesystem::remove(out);
  print(all);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
