#include "git_sync/store/large_blob.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <vector>

#include "sidekick/error.hpp"
#include "sidekick/fd.hpp"
#include "sidekick/handle.hpp"

namespace sidekick::git_sync {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t hash_bytes = 20;
constexpr std::uint64_t fanout_at = 8;
constexpr std::uint64_t names_at = fanout_at + 1024;

using Digest = Handle<EVP_MD_CTX, EVP_MD_CTX_free>;

class PackFileReader final {
 public:
  explicit PackFileReader(const fs::path& path) : path_(path), fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (!fd_) throw error_from_errno("cannot read '" + path.string() + "'", errno);
  }

  /// As many bytes as there are, at most those of `into`.
  std::size_t read_at(std::uint64_t at, std::span<unsigned char> into) const {
    for (;;) {
      const auto n = ::pread(fd_.get(), into.data(), into.size(), static_cast<off_t>(at));
      if (n >= 0) return static_cast<std::size_t>(n);
      if (errno != EINTR) throw error_from_errno("cannot read '" + path_.string() + "'", errno);
    }
  }

  std::uint32_t number_at(std::uint64_t at) const {
    std::array<unsigned char, 4> bytes{};
    read_at(at, bytes);
    return std::uint32_t{bytes[0]} << 24U | std::uint32_t{bytes[1]} << 16U | std::uint32_t{bytes[2]} << 8U | bytes[3];
  }

 private:
  const fs::path path_;
  Fd fd_;
};

/// The offset of the object in the pack of this index, version 2; nothing where it is not in it.
std::optional<std::uint64_t> offset_in(const PackFileReader& index, const ObjectId& id) {
  constexpr std::uint32_t magic = 0xff744f63;
  constexpr std::uint32_t is_far = 0x80000000;
  if (index.number_at(0) != magic || index.number_at(4) != 2) return {};
  const auto* name = id.value.id;
  const std::uint64_t count = index.number_at(names_at - 4);
  std::uint64_t low = name[0] == 0 ? 0 : index.number_at(fanout_at + 4 * (std::uint64_t{name[0]} - 1));
  std::uint64_t high = index.number_at(fanout_at + 4 * std::uint64_t{name[0]});
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    std::array<unsigned char, hash_bytes> found{};
    index.read_at(names_at + middle * hash_bytes, found);
    const int order = std::memcmp(found.data(), name, hash_bytes);
    if (order == 0) {
      const auto offsets_at = names_at + count * (hash_bytes + 4);
      const auto offset = index.number_at(offsets_at + middle * 4);
      if ((offset & is_far) == 0) return offset;
      const auto far_at = offsets_at + count * 4 + std::uint64_t{offset & ~is_far} * 8;
      return std::uint64_t{index.number_at(far_at)} << 32U | index.number_at(far_at + 4);
    }
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return {};
}

/// The header of the object at `offset`; nothing where it is no whole blob.
std::optional<PackedBlob> blob_at(const fs::path& pack, std::uint64_t offset) {
  constexpr unsigned blob_type = 3;
  std::array<unsigned char, 16> header{};
  const auto got = PackFileReader(pack).read_at(offset, header);
  if (got == 0 || ((header[0] >> 4U) & 7U) != blob_type) return {};
  PackedBlob out{pack, offset + 1, header[0] & 15U};
  unsigned shift = 4;
  for (std::size_t i = 1; (header[i - 1] & 0x80U) != 0; i++, shift += 7) {
    if (i == got || shift > 57) return {};
    out.bytes |= std::uint64_t{header[i] & 0x7fU} << shift;
    out.data_at++;
  }
  return out;
}

[[noreturn]] void throw_damaged(const ObjectId& id) {
  throw Error(ErrorKind::data, "object '" + id.hex() + "' is damaged");
}

class Inflation final {
 public:
  Inflation() {
    if (::inflateInit(&stream_) != Z_OK) throw Error(ErrorKind::internal, "cannot set up zlib");
  }
  ~Inflation() { ::inflateEnd(&stream_); }
  Inflation(const Inflation&) = delete;
  Inflation& operator=(const Inflation&) = delete;

  z_stream& stream() noexcept { return stream_; }

 private:
  z_stream stream_{};
};

}  // namespace

std::optional<PackedBlob> find_packed_blob(const fs::path& objects, const ObjectId& id) {
  std::error_code error;
  for (fs::directory_iterator it(objects / "pack", error), end; !error && it != end; it.increment(error)) {
    const auto& index = it->path();
    const auto pack = fs::path(index).replace_extension(".pack");
    std::error_code missing;
    if (index.extension() != ".idx" || !fs::exists(pack, missing)) continue;
    if (const auto offset = offset_in(PackFileReader(index), id)) return blob_at(pack, *offset);
  }
  return {};
}

void read_packed_blob(const PackedBlob& blob, const ObjectId& id,
                      const std::function<void(std::span<const std::byte>)>& use) {
  const PackFileReader pack(blob.pack);
  const Digest digest(EVP_MD_CTX_new());
  const auto header = "blob " + std::to_string(blob.bytes) + '\0';
  if (!digest || EVP_DigestInit_ex(digest.get(), EVP_sha1(), nullptr) != 1)
    throw Error(ErrorKind::internal, "cannot compute SHA-1");
  EVP_DigestUpdate(digest.get(), header.data(), header.size());
  std::vector<unsigned char> in(std::size_t{64} << 10U);
  std::vector<unsigned char> out(std::size_t{256} << 10U);
  Inflation inflation;
  auto& stream = inflation.stream();
  auto at = blob.data_at;
  std::uint64_t left = blob.bytes;
  for (int status = Z_OK; status != Z_STREAM_END;) {
    if (stream.avail_in == 0) {
      const auto got = pack.read_at(at, in);
      if (got == 0) throw_damaged(id);
      at += got;
      stream.next_in = in.data();
      stream.avail_in = static_cast<uInt>(got);
    }
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(out.size());
    status = ::inflate(&stream, Z_NO_FLUSH);
    const auto made = out.size() - stream.avail_out;
    if ((status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) || made > left) throw_damaged(id);
    left -= made;
    EVP_DigestUpdate(digest.get(), out.data(), made);
    if (made > 0) use(std::as_bytes(std::span(out).first(made)));
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
  EVP_DigestFinal_ex(digest.get(), sum.data(), nullptr);
  if (left != 0 || !std::equal(sum.begin(), sum.begin() + hash_bytes, id.value.id)) throw_damaged(id);
}

}  // namespace sidekick::git_sync
