// CPU of a poll that finds nothing, for each way a remote is reached (or the one named), at ten and at ten thousand
// refs.
#include <sys/resource.h>

#include <cstdio>

#include "tests/integration/remote_support.hpp"

using namespace sidekick;
using namespace sidekick::git_sync;
using namespace sidekick::test;

namespace {

double cpu_ms() {
  struct rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto ms = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

void measure(Way way, int refs) {
  constexpr int polls = 50;
  Served served(way);
  served.repository().commit_file("a", "1");
  served.repository().add_many_tags(refs);
  const auto remote = served.open();
  const auto prefixes = prefixes_for("main");
  remote->list(prefixes, CancelToken());
  const CancelToken token;
  const auto before = cpu_ms();
  const auto started = std::chrono::steady_clock::now();
  for (int i = 0; i < polls; i++) remote->list(prefixes, token);
  const auto wall = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - started).count();
  std::printf("%-22s %6d refs: %7.3f ms CPU, %7.2f ms wall a poll\n", name_of(way).c_str(), refs,
              (cpu_ms() - before) / polls, wall / polls);
}

}  // namespace

int main(int argc, char** argv) {
  for (const auto way : every_way)
    if (argc < 2 || name_of(way) == argv[1])
      for (const int refs : {10, 10'000}) measure(way, refs);
}
