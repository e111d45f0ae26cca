// Backups to a real S3 server, with all that goes wrong on the way to it.
#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <fstream>
#include <random>
#include <thread>

#include "storage/s3/s3_storage.hpp"
#include "tests/integration/s3_proxy.hpp"
#include "tests/integration/storage_places.hpp"
#include "tests/support/age_key.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/s3_server.hpp"
#include "tests/support/sidekick.hpp"

using namespace sidekick::test;

namespace {

/// A bucket, and the program that backs up to it.
class Bucket {
 public:
  /// What is asked for goes through `proxy` where there is one.
  Command command(const std::string& source, std::vector<std::string> flags = {}) const {
    Command out;
    out.words = {sidekick_binary(), "backup", "--from=" + source, "--to=s3://bucket/nightly", "--job=data"};
    for (auto& word : access()) out.words.push_back(word);
    out.words.insert(out.words.end(), flags.begin(), flags.end());
    return out;
  }
  Finished take(const std::string& source, std::vector<std::string> flags = {}) const {
    return run(command(source, std::move(flags)), 90s);
  }
  std::vector<std::string> access() const {
    return {"--s3-endpoint=" + server.endpoint(), "--s3-access-key=" + S3Server::access_key(),
            "--s3-secret-key-file=" + secret().string()};
  }
  std::filesystem::path secret() const { return folder_ / "secret"; }

  std::size_t listed() const {
    std::vector<std::string> words{"backup", "list", "--json", "--to=s3://bucket/nightly"};
    for (auto& word : access()) words.push_back(word);
    const auto list = sidekick_run(words);
    INFO(list.describe());
    REQUIRE(list.exit_code == 0);
    return boost::json::parse(list.out).as_array().size();
  }
  /// Uploads that were begun and not ended.
  std::size_t open_uploads() const {
    auto settings = s3_settings(server);
    settings.prefix = "nightly";
    sidekick::storage::s3::S3Storage storage(settings);
    return storage.leftovers("", sidekick::CancelToken()).size();
  }
  Finished verify_latest() const {
    std::vector<std::string> words{"backup", "fetch", "latest", "--plain", "--out=-", "--to=s3://bucket/nightly"};
    for (auto& word : access()) words.push_back(word);
    return sidekick_run(words);
  }

  S3Server server;

 private:
  struct Secret {
    Secret(const std::filesystem::path& path) { write_file(path, S3Server::secret_key() + "\n"); }
  };
  TempDir folder_;
  Secret written_{folder_ / "secret"};
};

void write_noise(const std::filesystem::path& path, std::size_t bytes) {
  std::mt19937_64 random(bytes);
  std::vector<std::uint64_t> piece(1 << 17);
  std::ofstream file(path, std::ios::binary);
  for (std::size_t written = 0; written < bytes; written += piece.size() * 8) {
    for (auto& word : piece) word = random();
    file.write(reinterpret_cast<const char*>(piece.data()), static_cast<std::streamsize>(piece.size() * 8));
  }
}

/// Bytes that do not repeat, so that each of them goes over the wire.
std::string noise_of(int mebibytes) {
  return "exec: head -c " + std::to_string(mebibytes * 1'048'576) + " /dev/urandom";
}

bool is_part(const std::string& request) {
  return request.starts_with("PUT") && request.find("partNumber=") < request.find("\r\n");
}

void check_refused(const Finished& refused, int code, const std::string& says) {
  INFO(refused.describe());
  CHECK(refused.exit_code == code);
  CHECK(error_lines(refused).size() == 1);
  CHECK(refused.err.find(says) != std::string::npos);
  CHECK((refused.out + refused.err).find(S3Server::secret_key()) == std::string::npos);
}

/// The most memory the process has had, which its parent's is no part of.
long peak_kib_of(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
  return 0;
}

std::vector<std::string> encrypted_for(const AgeKey& key) {
  return {"--recipient=" + key.recipient(), "--identity-file=" + key.file().string(), "--prove=read",
          "--compress=zstd"};
}

void check_memory(const Bucket& bucket, const Command& command) {
  Child child(command);
  long peak_kib = 0;
  eventually(120s, [&] {
    peak_kib = std::max(peak_kib, peak_kib_of(child.pid()));
    return !child.running();
  });
  const auto taken = child.wait(10s);
  INFO(taken.describe());
  REQUIRE(taken.exit_code == 0);
  CHECK(bucket.listed() == 1);
  CHECK(peak_kib > 0);
  const bool sanitized = sidekick_binary().find("san") != std::string::npos;
  if (!sanitized) CHECK(peak_kib < 64 * 1024);
}

}  // namespace

TEST_CASE("a backup to S3 with a wrong key or bucket is refused in one line") {
  const Bucket bucket;
  const std::string source = "exec: echo hello";
  check_refused(bucket.take(source, {"--retries=0", "--s3-access-key=stranger"}), 77, "s3://bucket/nightly");
  const TempDir folder;
  write_file(folder / "wrong", "wrong");
  check_refused(bucket.take(source, {"--retries=0", "--s3-secret-key-file=" + (folder / "wrong").string()}), 77,
                "SignatureDoesNotMatch");
  check_refused(bucket.take(source, {"--retries=0", "--to=s3://nowhere/nightly"}), 66, "nowhere");
  CHECK(bucket.listed() == 0);
}

TEST_CASE("a backup to S3 goes on while the server is killed and started again") {
  Bucket bucket;
  std::atomic<int> parts = 0;
  const S3Proxy proxy(bucket.server.port(), [&](std::string& request) {
    if (is_part(request)) parts++;
    return Fate::pass;
  });
  Child child(bucket.command(noise_of(40), {"--s3-endpoint=" + proxy.endpoint()}));
  REQUIRE(eventually(60s, [&] { return parts >= 2; }));
  bucket.server.kill();
  bucket.server.start();
  const auto ended = child.wait(90s);
  INFO(ended.describe());
  REQUIRE(ended.exit_code == 0);
  CHECK(bucket.listed() == 1);
  CHECK(bucket.open_uploads() == 0);
  CHECK(bucket.verify_latest().exit_code == 0);
}

TEST_CASE("a backup to S3 gets through where the connection is cut in a part again and again") {
  const Bucket bucket;
  std::atomic<int> parts = 0;
  const S3Proxy proxy(bucket.server.port(), [&](std::string& request) {
    if (!is_part(request)) return Fate::pass;
    const int n = parts++;
    if (n % 3 == 0) return Fate::lose_request;
    return n % 3 == 1 ? Fate::lose_answer : Fate::pass;
  });
  const auto taken = bucket.take(noise_of(24), {"--s3-endpoint=" + proxy.endpoint()});
  INFO(taken.describe());
  REQUIRE(taken.exit_code == 0);
  CHECK(parts > 3);
  CHECK(bucket.listed() == 1);
  CHECK(bucket.open_uploads() == 0);
}

TEST_CASE("a backup to S3 whose server refuses a part leaves no backup and no open upload") {
  const Bucket bucket;
  std::atomic<bool> refuses = true;
  const S3Proxy proxy(bucket.server.port(),
                      [&](std::string& request) { return refuses && is_part(request) ? Fate::refuse : Fate::pass; });
  const std::vector<std::string> flags{"--s3-endpoint=" + proxy.endpoint(), "--retries=0", "--min-interval=0s"};
  const auto failed = bucket.take(noise_of(24), flags);
  INFO(failed.describe());
  CHECK(failed.exit_code != 0);
  CHECK(error_lines(failed).size() == 1);
  CHECK(bucket.listed() == 0);
  CHECK(bucket.open_uploads() == 0);
  refuses = false;
  CHECK(bucket.take(noise_of(24), flags).exit_code == 0);
  CHECK(bucket.listed() == 1);
  CHECK(bucket.open_uploads() == 0);
}

TEST_CASE("a backup to a slow S3 server ends at once on SIGTERM") {
  const Bucket bucket;
  std::atomic<int> parts = 0;
  std::atomic<bool> end = false;
  const S3Proxy proxy(bucket.server.port(), [&](std::string& request) {
    if (is_part(request)) {
      parts++;
      eventually(20s, [&] { return end.load(); });
    }
    return Fate::pass;
  });
  Child child(bucket.command(noise_of(40), {"--s3-endpoint=" + proxy.endpoint()}));
  REQUIRE(eventually(60s, [&] { return parts >= 1; }));
  const auto told = std::chrono::steady_clock::now();
  child.signal(SIGTERM);
  const auto ended = child.wait(20s);
  const auto took = std::chrono::steady_clock::now() - told;
  end = true;
  INFO(ended.describe());
  CHECK(ended.exit_code == 143);
  CHECK(took < 10s);  // far less than the request may take
  CHECK(bucket.listed() == 0);
}

TEST_CASE("memory stays under 64 MiB while a folder of 300 MB goes to S3 compressed and encrypted") {
  const Bucket bucket;
  const AgeKey key;
  const TempDir place;
  for (int i = 0; i < 3; i++) write_noise(place / ("noise" + std::to_string(i)), 100'000'000);
  check_memory(bucket, bucket.command("dir:" + place.path().string(), encrypted_for(key)));
}
