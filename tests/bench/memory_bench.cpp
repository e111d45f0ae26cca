// Restores an archive of many gigabytes, made while it is read, from standard input; prints the memory of the restore
// each second, and fails where it passes 64 MiB.
#include <mongoc/mongoc.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "tests/support/archive_writer.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/mongod.hpp"
#include "tests/support/sidekick.hpp"
#include "tests/support/temp_dir.hpp"

using namespace sidekick::test;

namespace {

constexpr std::size_t document_bytes = 2'000;
constexpr std::size_t documents_per_segment = 8'000;
constexpr long most_kib = 64L << 10;

/// A document whose first field is the _id, an int64 that can be set in place, and then text that compresses a little.
std::vector<std::uint8_t> document(std::size_t number) {
  std::string text;
  for (unsigned state = static_cast<unsigned>(number) + 1; text.size() < document_bytes - 40;)
    text += "abcdefghijklmnop"[(state = state * 1664525U + 1013904223U) >> 28U];
  bson_t made;
  bson_init(&made);
  bson_append_int64(&made, "_id", -1, 0);
  bson_append_utf8(&made, "text", -1, text.data(), static_cast<int>(text.size()));
  std::vector<std::uint8_t> bytes(bson_get_data(&made), bson_get_data(&made) + made.len);
  bson_destroy(&made);
  return bytes;
}

void set_id(std::vector<std::uint8_t>& document, std::int64_t id) {
  constexpr std::size_t id_at = 4 + 1 + sizeof "_id";
  std::memcpy(&document[id_at], &id, sizeof id);
}

void write_archive(const std::filesystem::path& path, std::uint64_t bytes) {
  ArchiveWriter::Documents documents;
  for (std::size_t i = 0; i < documents_per_segment; i++) documents.push_back(document(i));
  ArchiveWriter archive(path);
  archive.promise("bench", "large", "{}", {});
  archive.end_prelude();
  std::int64_t id = 0;
  for (std::uint64_t written = 0; written < bytes; written += documents_per_segment * document_bytes) {
    for (auto& each : documents) set_id(each, id++);
    archive.segment("bench", "large", documents);
  }
  archive.end("bench", "large");
  archive.close();
}

/// A line of /proc/PID/status in KiB; 0 where the process has ended.
long status_kib(pid_t pid, const std::string& key) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(key)) return std::atol(line.c_str() + key.size());
  return 0;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) throw std::runtime_error("usage: bench_memory GIGABYTES");
  mongoc_init();
  const TempDir folder;
  const auto pipe = folder / "pipe";
  if (::mkfifo(pipe.c_str(), 0600) != 0) throw std::runtime_error("cannot make '" + pipe.string() + "'");
  std::filesystem::create_directory(folder / "db");
  const Mongod server({.data_folder = folder / "db", .cache_gb = "1"});
  const auto bytes = static_cast<std::uint64_t>(std::atof(argv[1]) * 1e9);
  std::jthread writer([&] {
    sigset_t broken_pipe;
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
    try {
      write_archive(pipe, bytes);
    } catch (const std::exception& error) {  // the restore has ended and says why
      std::fprintf(stderr, "%s\n", error.what());
    }
  });
  Child restore({{sidekick_binary(), "restore", "--uri=mongodb://" + server.address() + "/", "--archive"}, {}, pipe});
  long highest = 0;
  std::vector<long> samples;
  while (!eventually(1s, [&] { return !restore.running(); })) {
    samples.push_back(status_kib(restore.pid(), "VmRSS:"));
    highest = std::max(highest, status_kib(restore.pid(), "VmHWM:"));
    std::printf("%4zu s %6.1f MiB\n", samples.size(), static_cast<double>(samples.back()) / 1024);
    std::fflush(stdout);
  }
  const auto finished = restore.wait(1s);
  if (finished.exit_code != 0) throw std::runtime_error(finished.describe());
  std::printf("%s\npeak %.1f MiB, %.0f s, %.1f s of CPU\n", finished.err.c_str(), static_cast<double>(highest) / 1024,
              finished.wall.count(), finished.cpu.count());
  if (highest > most_kib) throw std::runtime_error("memory passed 64 MiB");
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
