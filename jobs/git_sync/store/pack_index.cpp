#include "git_sync/store/pack_index.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <span>

#include "git_sync/local_files.hpp"
#include "sidekick/error.hpp"
#include "sidekick/fd.hpp"
#include "sidekick/handle.hpp"

namespace sidekick::git_sync {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t hash_bytes = 20;
constexpr std::size_t fanout_bytes = 1024;
constexpr std::size_t trailer_bytes = 2 * hash_bytes;
constexpr std::uint64_t pack_header_bytes = 12;
constexpr int max_alternates_depth = 5;  // git's own limit

using Hash = std::array<unsigned char, hash_bytes>;
using DigestContext = Handle<EVP_MD_CTX, EVP_MD_CTX_free>;

/// Ends the check of one index.
struct Damage {
  std::string cause;
};

/// Reads a file from start to end and hashes it.
class SummedFile final {
 public:
  explicit SummedFile(const fs::path& path)
      : path_(path), fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)), digest_(EVP_MD_CTX_new()) {
    struct stat status{};
    if (!fd_ || ::fstat(fd_.get(), &status) != 0) throw path_error("read", path.string(), errno);
    size_ = static_cast<std::uint64_t>(status.st_size);
    if (!digest_ || EVP_DigestInit_ex(digest_.get(), EVP_sha1(), nullptr) != 1)
      throw Error(ErrorKind::internal, "cannot compute SHA-1");
  }

  std::uint64_t size() const noexcept { return size_; }

  void read(std::span<unsigned char> out) {
    take(out);
    EVP_DigestUpdate(digest_.get(), out.data(), out.size());
  }
  std::uint32_t read_number() {
    std::array<unsigned char, 4> bytes{};
    read(bytes);
    return std::uint32_t{bytes[0]} << 24U | std::uint32_t{bytes[1]} << 16U | std::uint32_t{bytes[2]} << 8U | bytes[3];
  }
  Hash read_hash() {
    Hash hash{};
    read(hash);
    return hash;
  }
  void skip(std::uint64_t count) {
    std::array<unsigned char, 4096> rest{};
    while (count > 0) {
      const auto piece = std::min<std::uint64_t>(count, rest.size());
      read(std::span(rest).first(piece));
      count -= piece;
    }
  }

  /// The last hash of the file must be that of everything before it.
  void check_sum() {
    Hash sum{};
    Hash stored{};
    EVP_DigestFinal_ex(digest_.get(), sum.data(), nullptr);
    take(stored);
    if (sum != stored) throw Damage{"its checksum differs"};
  }

 private:
  void take(std::span<unsigned char> out) {
    while (!out.empty()) {
      if (at_ == filled_) fill();
      const auto piece = std::min(out.size(), filled_ - at_);
      std::memcpy(out.data(), buffer_.data() + at_, piece);
      at_ += piece;
      out = out.subspan(piece);
    }
  }

  void fill() {
    auto n = ::read(fd_.get(), buffer_.data(), buffer_.size());
    while (n < 0 && errno == EINTR) n = ::read(fd_.get(), buffer_.data(), buffer_.size());
    if (n < 0) throw path_error("read", path_.string(), errno);
    if (n == 0) throw Damage{"it is truncated"};
    at_ = 0;
    filled_ = static_cast<std::size_t>(n);
  }

  const fs::path& path_;
  Fd fd_;
  std::uint64_t size_ = 0;
  DigestContext digest_;
  std::array<unsigned char, 64U << 10U> buffer_{};
  std::size_t at_ = 0;
  std::size_t filled_ = 0;
};

/// What an index must agree with.
struct PackFacts {
  std::uint64_t bytes = 0;
  Hash sum{};
};

PackFacts facts_of_pack(const fs::path& pack) {
  const Fd fd(::open(pack.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status{};
  if (!fd || ::fstat(fd.get(), &status) != 0) throw path_error("read", pack.string(), errno);
  PackFacts facts{static_cast<std::uint64_t>(status.st_size), {}};
  if (facts.bytes < pack_header_bytes + hash_bytes) throw Damage{"its pack is truncated"};
  const auto at = status.st_size - static_cast<off_t>(hash_bytes);
  if (::pread(fd.get(), facts.sum.data(), hash_bytes, at) != static_cast<ssize_t>(hash_bytes))
    throw path_error("read", pack.string(), errno);
  return facts;
}

class IndexReader final {
 public:
  IndexReader(const fs::path& index, const PackFacts& pack) : file_(index), pack_(pack) {}

  void check() {
    constexpr std::uint32_t magic = 0xff744f63;
    if (file_.size() < fanout_bytes + trailer_bytes) throw Damage{"it is truncated"};
    const auto first = file_.read_number();
    if (first != magic) {
      read_fanout(1, first);
      check_version_1();
    } else {
      if (file_.read_number() != 2) throw Damage{"its version is unknown"};
      read_fanout(0, 0);
      check_version_2();
    }
    if (file_.read_hash() != pack_.sum) throw Damage{"it belongs to another pack"};
    file_.check_sum();
  }

 private:
  void read_fanout(std::size_t known, std::uint32_t first) {
    fanout_[0] = first;
    for (auto i = known; i < fanout_.size(); i++) fanout_[i] = file_.read_number();
    if (!std::ranges::is_sorted(fanout_)) throw Damage{"its first table is out of order"};
  }

  std::uint64_t count() const noexcept { return fanout_.back(); }

  void check_version_1() {
    if (file_.size() != fanout_bytes + count() * (4 + hash_bytes) + trailer_bytes) throw Damage{"its size is wrong"};
    for (std::uint64_t i = 0; i < count(); i++) {
      check_offset(file_.read_number());
      check_name(i);
    }
  }

  void check_version_2() {
    const auto fixed = 8 + fanout_bytes + count() * (hash_bytes + 4 + 4) + trailer_bytes;
    const auto far = file_.size() < fixed ? count() + 1 : (file_.size() - fixed) / 8;
    if (far > count() || file_.size() != fixed + far * 8) throw Damage{"its size is wrong"};
    for (std::uint64_t i = 0; i < count(); i++) check_name(i);
    file_.skip(count() * 4);  // checksums of the packed objects, which are not used here
    constexpr std::uint32_t is_far = 0x80000000;
    for (std::uint64_t i = 0; i < count(); i++) {
      const auto offset = file_.read_number();
      if ((offset & is_far) == 0)
        check_offset(offset);
      else if ((offset & ~is_far) >= far)
        throw Damage{"an offset lies outside of its table"};
    }
    for (std::uint64_t i = 0; i < far; i++) {
      const std::uint64_t high = file_.read_number();
      check_offset(high << 32U | file_.read_number());
    }
  }

  void check_offset(std::uint64_t offset) const {
    if (offset < pack_header_bytes || offset >= pack_.bytes - hash_bytes)
      throw Damage{"an offset lies outside of the pack"};
  }

  void check_name(std::uint64_t at) {
    const auto name = file_.read_hash();
    const auto first = name[0];
    const bool is_in_its_row = at < fanout_[first] && (first == 0 || at >= fanout_[first - 1U]);
    if (!is_in_its_row || (at > 0 && name < last_)) throw Damage{"its names are out of order"};
    last_ = name;
  }

  SummedFile file_;
  const PackFacts& pack_;
  std::array<std::uint32_t, 256> fanout_{};
  Hash last_{};
};

std::string damage_of_multi_pack_index(const fs::path& file) {
  try {
    SummedFile whole(file);
    if (whole.size() < fanout_bytes + hash_bytes) return "it is truncated";
    whole.skip(whole.size() - hash_bytes);
    whole.check_sum();
    return {};
  } catch (const Damage& damage) {
    return damage.cause;
  }
}

/// The alternates of `objects`.
std::vector<fs::path> alternates_of(const fs::path& objects) {
  std::vector<fs::path> out;
  std::ifstream in(objects / "info" / "alternates");
  for (std::string line; std::getline(in, line);)
    if (!line.empty() && line[0] != '#') out.push_back((objects / line).lexically_normal());
  return out;
}

}  // namespace

std::string damage_of_index(const fs::path& index) {
  try {
    const auto pack = facts_of_pack(fs::path(index).replace_extension(".pack"));
    IndexReader(index, pack).check();
    return {};
  } catch (const Damage& damage) {
    return damage.cause;
  }
}

std::vector<DamagedIndex> IndexCheck::run() {
  std::vector<DamagedIndex> out;
  check_folder(objects_, 0, out);
  return out;
}

void IndexCheck::check_folder(const fs::path& objects, int depth, std::vector<DamagedIndex>& out) {
  std::error_code error;
  for (fs::directory_iterator it(objects / "pack", error), end; !error && it != end; it.increment(error)) {
    const auto& path = it->path();
    const bool of_several = path.filename() == "multi-pack-index";
    struct stat status{};
    if ((!of_several && path.extension() != ".idx") || ::stat(path.c_str(), &status) != 0) continue;
    // An index without a pack is never read.
    if (!of_several && !fs::exists(fs::path(path).replace_extension(".pack"), error)) continue;
    const Stamp stamp{std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec,
                      static_cast<std::uint64_t>(status.st_size)};
    if (const auto known = sound_.find(path); known != sound_.end() && known->second == stamp) continue;
    try {
      auto cause = of_several ? damage_of_multi_pack_index(path) : damage_of_index(path);
      if (cause.empty())
        sound_.insert_or_assign(path, stamp);
      else
        out.push_back({path, std::move(cause)});
    } catch (const Error& gone) {
      // The owner of the repository is repacking it right now.
      if (gone.kind() != ErrorKind::no_input) throw;
    }
  }
  if (depth < max_alternates_depth)
    for (const auto& other : alternates_of(objects)) check_folder(other, depth + 1, out);
}

}  // namespace sidekick::git_sync
