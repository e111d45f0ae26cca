#include "tests/bench/contest.hpp"

#include <algorithm>
#include <cstdio>
#include <stdexcept>

namespace sidekick::test {

namespace {

template <class Get>
double median(const Contender& contender, Get get) {
  std::vector<double> values;
  for (const auto& finished : contender.runs) values.push_back(get(finished));
  std::ranges::sort(values);
  return values.at(values.size() / 2);
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

}  // namespace

bool on_path(const std::string& program) {
  return run({{"sh", "-c", "command -v " + program}}, 10s).exit_code == 0;
}

void run_once(Contender& contender) {
  contender.runs.push_back(run({contender.words}, 300s));
  if (contender.runs.back().exit_code != 0)
    throw std::runtime_error(contender.name + ": " + contender.runs.back().describe());
}

void print(const std::vector<Contender>& all) {
  const auto yardstick = std::ranges::find(all, "yardstick", &Contender::name);
  if (yardstick == all.end()) throw std::runtime_error("there is no yardstick");
  const Medians floor(*yardstick);
  std::printf("%-16s %8s %8s %8s   %s\n", "", "wall", "CPU", "memory", "ratio to the yardstick: wall, CPU, memory");
  for (const auto& contender : all) {
    const Medians own(contender);
    std::printf("%-16s %6.2f s %6.2f s %4.0f MiB   %.2f  %.2f  %.2f\n", contender.name.c_str(), own.wall, own.cpu,
                own.memory_mib, own.wall / floor.wall, own.cpu / floor.cpu, own.memory_mib / floor.memory_mib);
  }
}

}  // namespace sidekick::test
