// The memory of git-sync does not follow what the remote holds.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <algorithm>
#include <fstream>

#include "tests/support/eventually.hpp"
#include "tests/support/git_daemon.hpp"
#include "tests/support/git_sync_site.hpp"
#include "tests/support/sidekick.hpp"
#include "tests/support/tcp_server.hpp"

using namespace sidekick::test;

namespace {

constexpr long max_peak_kib = 64L << 10;

/// Without the pages of files, which the kernel takes back where memory is short.
long own_memory_kib(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("RssAnon:")) return std::stol(line.substr(8));
  return 0;
}

}  // namespace

TEST_CASE("A file of 200 MB is fetched and published in at most 64 MiB") {
  const bool is_local = GENERATE(false, true);
  const Site site;
  {
    std::ofstream out(site.repository.path() / "large", std::ios::binary);
    std::string piece(1U << 20U, '\0');
    std::uint64_t state = 1;
    for (int i = 0; i < 200; i++) {
      for (auto& c : piece) c = static_cast<char>((state = state * 6364136223846793005U + 1442695040888963407U) >> 56U);
      out.write(piece.data(), static_cast<std::streamsize>(piece.size()));
    }
  }
  site.repository.git({"-c", "core.compression=0", "-c", "core.bigFileThreshold=1m", "add", "."});
  site.repository.git({"-c", "core.compression=0", "commit", "--quiet", "--message=large"});
  site.repository.git({"config", "pack.compression", "0"});
  site.repository.git({"config", "core.bigFileThreshold", "1m"});
  site.repository.git({"repack", "-adq"});
  const GitDaemon server(site.repository.path().parent_path());
  const auto url = is_local ? file_url(site.repository.path()) : server.url(site.repository.path().filename().string());
  Child child(git_sync_command({"--repo=" + url, "--root=" + site.root.string(), "--link=current", "--one-time"}));
  long peak_kib = 0;
  CHECK(eventually(120s, [&] {
    peak_kib = std::max(peak_kib, own_memory_kib(child.pid()));
    return !child.running();
  }));
  const auto done = child.wait(1s);
  INFO(done.describe());
  CHECK(done.exit_code == 0);
  CHECK(std::filesystem::file_size(site.link / "large") == (200U << 20U));
  CHECK(peak_kib > 0);
  if (!is_sanitized()) CHECK(peak_kib <= max_peak_kib);
}

TEST_CASE("A list of refs without end is given up in at most 64 MiB, and the limit can be set") {
  const TcpServer server([](TcpPeer& peer) {
    std::string lines;
    for (int i = 0; i < 1000; i++) {
      const auto ref = std::string(40, 'a') + " refs/heads/" + std::to_string(1'000'000 + i) + "\n";
      lines += "0040" + ref;
    }
    peer.repeat(lines, 0ms);
  });
  const Site site;
  const auto url = "git://127.0.0.1:" + std::to_string(server.port()) + "/r.git";
  for (const std::string limit : {"--max-ref-list=10", "--max-ref-list=1"}) {
    const auto done = git_sync({"--repo=" + url, "--root=" + site.root.string(), "--one-time", limit}, 60s);
    INFO(done.describe());
    CHECK(done.exit_code == 1);
    CHECK(done.err.find("longer than can be kept") != std::string::npos);
    CHECK(done.err.find("--max-ref-list") != std::string::npos);
    if (!is_sanitized()) CHECK(done.peak_kib <= max_peak_kib);
  }
}

TEST_CASE("A pack of more objects than allowed is refused") {
  const Site site;
  for (int i = 0; i < 20; i++) site.repository.write("file-" + std::to_string(i), std::to_string(i));
  site.repository.commit();
  const GitDaemon server(site.repository.path().parent_path());
  const auto done = git_sync({"--repo=" + server.url(site.repository.path().filename().string()),
                              "--root=" + site.root.string(), "--one-time", "--max-objects=10"});
  INFO(done.describe());
  CHECK(done.exit_code == 1);
  CHECK(done.err.find("the server sends 22 objects, more than the 10 that are allowed") != std::string::npos);
}
