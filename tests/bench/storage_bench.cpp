// How fast an object goes to a real S3 server on loopback and back, beside curl. Prints a table; proves nothing.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <vector>

#include "storage/s3/s3_storage.hpp"
#include "tests/support/process.hpp"
#include "tests/support/s3_server.hpp"
#include "tests/support/temp_dir.hpp"

using namespace sidekick;
using namespace sidekick::test;

namespace {

constexpr std::size_t object_bytes = 200'000'000;
constexpr std::size_t piece_bytes = std::size_t{1} << 20;

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

long peak_kib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

void print(const char* what, double wall, double cpu, long kib) {
  std::printf("%-28s %7.2f s %7.2f s %7.1f MiB\n", what, wall, cpu, static_cast<double>(kib) / 1024);
}

template <class Work>
void measure(const char* what, Work&& work) {
  const auto begun = std::chrono::steady_clock::now();
  const auto cpu = cpu_seconds();
  work();
  print(what, std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count(), cpu_seconds() - cpu,
        peak_kib());
}

std::vector<std::uint8_t> piece() {
  std::vector<std::uint8_t> out(piece_bytes);
  unsigned state = 1;
  for (auto& byte : out) byte = static_cast<std::uint8_t>((state = state * 1664525U + 1013904223U) >> 24U);
  return out;
}

}  // namespace

int main() try {
  const S3Server server;
  const TempDir folder;
  const auto bytes = piece();
  storage::s3::S3Storage storage({.endpoint = server.endpoint(),
                                  .region = "us-east-1",
                                  .bucket = "bucket",
                                  .prefix = "",
                                  .credentials = {S3Server::access_key(), Secret(S3Server::secret_key()), {}},
                                  .http = {}});
  std::printf("%-28s %9s %9s %11s\n", "work", "wall", "CPU", "peak so far");
  for (int round = 0; round < 3; round++) {
    const auto name = "object-" + std::to_string(round);
    measure("upload", [&] {
      const auto sink = storage.create(name, CancelToken());
      for (std::size_t left = object_bytes; left > 0;) {
        const auto n = std::min(left, bytes.size());
        sink->write(std::span(bytes).first(n));
        left -= n;
      }
      sink->finish();
    });
    measure("download", [&] {
      const auto source = storage.open(name, CancelToken());
      std::vector<std::uint8_t> into(piece_bytes);
      std::size_t all = 0;
      while (const auto n = source->read(into)) all += n;
      if (all != object_bytes) throw std::runtime_error("the download has another size");
    });
    const auto file = (folder / "file").string();
    {
      std::ofstream out(file, std::ios::binary);
      for (std::size_t left = object_bytes; left > 0; left -= std::min(left, bytes.size()))
        out.write(reinterpret_cast<const char*>(bytes.data()),
                  static_cast<std::streamsize>(std::min(left, bytes.size())));
    }
    const auto curl = run({{"curl", "-sS", "--fail", "-T", file, "--aws-sigv4", "aws:amz:us-east-1:s3", "--user",
                            S3Server::access_key() + ":" + S3Server::secret_key(), "-H",
                            "x-amz-content-sha256: UNSIGNED-PAYLOAD", server.endpoint() + "/bucket/by-curl"}},
                          60s);
    if (curl.exit_code != 0) throw std::runtime_error(curl.describe());
    print("curl -T (no hash)", curl.wall.count(), curl.cpu.count(), curl.peak_kib);
  }
} catch (const std::exception& e) {
  std::fprintf(stderr, "bench_storage: %s\n", e.what());
  return 1;
}
