// Runs sidekick and the yardstick in turn against a server that only answers: what is left is the work of the client.
#include <mongoc/mongoc.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "tests/bench/answering_server.hpp"
#include "tests/bench/contest.hpp"
#include "tests/bench/orders.hpp"
#include "tests/support/sidekick.hpp"

using namespace sidekick::test;

namespace {

std::vector<Contender> contenders(const std::filesystem::path& folder, const AnsweringServer& server) {
  std::vector<Contender> all;
  for (const auto* ending : {".archive", ".archive.gz"}) {
    const auto archive = orders(folder, ending).archive;
    const std::string kind = ending;
    all.push_back(
        {"sidekick " + kind, {sidekick_binary(), "restore", "--uri=" + server.uri(), "--archive=" + archive}});
    all.push_back({"yardstick " + kind, {(folder / "load").string(), server.uri(), archive}});
  }
  return all;
}

double median_cpu(const Contender& contender) {
  std::vector<double> seconds;
  for (const auto& run : contender.runs) seconds.push_back(run.cpu.count());
  std::ranges::sort(seconds);
  return seconds.at(seconds.size() / 2);
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) throw std::runtime_error("usage: bench_client FOLDER ROUNDS");
  mongoc_init();
  AnsweringServer server;
  auto all = contenders(argv[1], server);
  const auto data = orders(argv[1], ".archive");
  for (int round = 0; round < std::atoi(argv[2]); round++)
    for (auto& contender : all) {
      run_once(contender);
      if (const auto came = server.take_documents(); came != data.documents)
        throw std::runtime_error(contender.name + " sent " + std::to_string(came) + " documents");
    }
  const auto megabytes = static_cast<double>(std::filesystem::file_size(data.archive)) / 1e6;
  std::printf("%-24s %8s %21s\n", "", "CPU", "BSON a second of CPU");
  for (const auto& contender : all) {
    const auto cpu = median_cpu(contender);
    std::printf("%-24s %6.3f s %16.0f MB/s\n", contender.name.c_str(), cpu, megabytes / cpu);
  }
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
