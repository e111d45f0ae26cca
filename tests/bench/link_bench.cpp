// Restores and dumps over a slow link, with each way to compress what goes over it, and prints the medians.
#include <boost/json/value.hpp>
#include <mongoc/mongoc.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "tests/bench/contest.hpp"
#include "tests/bench/slow_link.hpp"
#include "tests/support/data_set.hpp"
#include "tests/support/mongod.hpp"
#include "tests/support/sidekick.hpp"

using namespace sidekick::test;

namespace {

// 45 MB: seven seconds at 50 Mbit/s as they are.
constexpr std::size_t documents = 100'000;

std::vector<Contender> contenders(const std::string& verb, const std::string& uri, const std::string& archive) {
  std::vector<Contender> all;
  const auto add = [&](const std::string& name, const std::vector<std::string>& flags) {
    std::vector<std::string> words{sidekick_binary(), verb, "--uri=" + uri, "--archive=" + archive};
    if (verb == "restore") words.emplace_back("--drop");
    if (verb == "dump") words.emplace_back("--db=bench");
    words.insert(words.end(), flags.begin(), flags.end());
    all.push_back({name, std::move(words)});
  };
  // What there was before compression was offered by default.
  add("yardstick", {"--compressors=none"});
  add("default", {});
  for (const std::string each : {"snappy", "zstd", "zlib"}) add(each, {"--compressors=" + each});
  return all;
}

void contest(const std::string& verb, const std::string& uri, const std::filesystem::path& archive, int rounds) {
  auto all = contenders(verb, uri, archive.string());
  for (int round = 0; round < rounds; round++)
    for (auto& contender : all) {
      if (verb == "dump") std::filesystem::remove(archive);
      run_once(contender);
    }
  std::printf("%s, %s\n", verb.c_str(), uri.c_str());
  print(all);
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) throw std::runtime_error("usage: bench_link FOLDER ROUNDS");
  mongoc_init();
  const Mongod server({.cache_gb = "1"});
  const DataSet data(7, "bench", {{.name = "orders", .documents = documents, .document_bytes = 400}});
  const auto archive = std::filesystem::path(argv[1]) / "link.archive";
  const auto dumped = std::filesystem::path(argv[1]) / "link.dumped";
  data.write_archive(archive, 38'000);
  const SlowLink slow(server.port(), {});
  // An address that does not tell that it is this machine's; the second is a network that costs nothing.
  for (const auto port : {slow.port(), server.port()}) {
    const auto uri = "mongodb://0.0.0.0:" + std::to_string(port) + "/?directConnection=true";
    contest("restore", uri, archive, std::atoi(argv[2]));
    contest("dump", uri, dumped, std::atoi(argv[2]));
  }
  std::filesystem::remove(archive);
  std::filesystem::remove(dumped);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
