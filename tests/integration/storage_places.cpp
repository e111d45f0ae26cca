#include "tests/integration/storage_places.hpp"

#include <array>
#include <random>

#include "storage/open_storage.hpp"
#include "storage/s3/s3_storage.hpp"
#include "tests/support/s3_server.hpp"
#include "tests/support/temp_dir.hpp"

namespace sidekick::test {

namespace {

class PosixPlace final : public StoragePlace {
 public:
  std::unique_ptr<storage::Storage> open() const override {
    return storage::open_storage("dir:" + folder_.path().string(), {});
  }
  std::unique_ptr<storage::Storage> open_missing() const override {
    return storage::open_storage("dir:" + (folder_ / "missing").string(), {});
  }

 private:
  TempDir folder_;
};

class S3Place final : public StoragePlace {
 public:
  std::unique_ptr<storage::Storage> open() const override { return open_s3("bucket"); }
  std::unique_ptr<storage::Storage> open_missing() const override { return open_s3("no-such-bucket"); }

 private:
  std::unique_ptr<storage::Storage> open_s3(const std::string& bucket) const {
    auto settings = s3_settings(server_);
    settings.bucket = bucket;
    return std::make_unique<storage::s3::S3Storage>(std::move(settings));
  }

  S3Server server_;
};

}  // namespace

const std::vector<StorageKind>& storage_kinds() {
  static const std::vector<StorageKind> kinds{{"posix", &posix_place}, {"s3", &s3_place}, {"sftp", &sftp_place}};
  return kinds;
}

std::unique_ptr<StoragePlace> posix_place() {
  return std::make_unique<PosixPlace>();
}

std::unique_ptr<StoragePlace> s3_place() {
  return std::make_unique<S3Place>();
}

storage::s3::Settings s3_settings(const S3Server& server) {
  constexpr std::size_t smallest_part = std::size_t{5} << 20;
  return {.endpoint = server.endpoint(),
          .region = "us-east-1",
          .bucket = "bucket",
          .prefix = "some/where",
          .credentials = {S3Server::access_key(), Secret(S3Server::secret_key()), {}},
          .http = {},
          .retry_times = {.first = 10ms, .longest = 100ms, .whole = 10s},
          .part_bytes = smallest_part,
          .range_bytes = std::size_t{3} << 20,
          .page_size = 4};
}

std::string content_of(storage::Storage& storage, const std::string& name) {
  const auto source = storage.open(name, CancelToken());
  std::string out;
  std::array<std::uint8_t, 65536> piece;
  while (const auto n = source->read(piece)) out.append(reinterpret_cast<const char*>(piece.data()), n);
  return out;
}

void store(storage::Storage& storage, const std::string& name, std::string_view bytes) {
  constexpr std::size_t piece_bytes = 100'000;
  const auto sink = storage.create(name, CancelToken());
  for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), piece_bytes)))
    sink->write(bytes_of(bytes.substr(0, piece_bytes)));
  sink->finish();
}

std::vector<std::string> names_in(storage::Storage& storage, std::string_view prefix) {
  std::vector<std::string> out;
  for (const auto& object : storage.list(prefix, CancelToken())) out.push_back(object.name);
  return out;
}

std::string noise(std::size_t bytes, unsigned seed) {
  std::mt19937_64 random(seed);
  std::string out(bytes, '\0');
  for (std::size_t i = 0; i < bytes; i += 8) {
    const auto word = random();
    for (std::size_t j = 0; j < 8 && i + j < bytes; j++) out[i + j] = static_cast<char>(word >> (8 * j));
  }
  return out;
}

}  // namespace sidekick::test
