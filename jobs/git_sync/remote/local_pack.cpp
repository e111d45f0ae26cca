#include "git_sync/remote/local_pack.hpp"

#include <openssl/evp.h>
#include <zlib.h>

#include <array>
#include <exception>
#include <filesystem>
#include <limits>
#include <string>

#include "git_sync/store/large_blob.hpp"
#include "sidekick/handle.hpp"

namespace sidekick::git_sync {

namespace {

using Bytes = std::span<const std::byte>;
using DigestContext = Handle<EVP_MD_CTX, EVP_MD_CTX_free>;

/// Passes bytes on to the sink in large pieces, and hashes them.
class SummedSink final {
 public:
  SummedSink(PackSink& sink, const CancelToken& cancel) : sink_(sink), cancel_(cancel), digest_(EVP_MD_CTX_new()) {
    if (!digest_ || EVP_DigestInit_ex(digest_.get(), EVP_sha1(), nullptr) != 1)
      throw Error(ErrorKind::internal, "cannot compute SHA-1");
  }

  void write(Bytes bytes) {
    EVP_DigestUpdate(digest_.get(), bytes.data(), bytes.size());
    collect(bytes);
  }

  /// Appends the checksum of everything written; returns the total number of bytes.
  std::uint64_t finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
    unsigned int size = 0;
    EVP_DigestFinal_ex(digest_.get(), sum.data(), &size);
    collect(std::as_bytes(std::span(sum).first(size)));
    flush();
    return total_bytes_;
  }

 private:
  static constexpr std::size_t piece_bytes = 256U << 10U;

  void collect(Bytes bytes) {
    pending_.insert(pending_.end(), bytes.begin(), bytes.end());
    total_bytes_ += bytes.size();
    if (pending_.size() >= piece_bytes) flush();
  }

  void flush() {
    cancel_.throw_if_cancelled();
    sink_.write(pending_);
    pending_.clear();
  }

  PackSink& sink_;
  const CancelToken& cancel_;
  DigestContext digest_;
  std::vector<std::byte> pending_;
  std::uint64_t total_bytes_ = 0;
};

/// One deflate stream, reused for each object.
class Deflater final {
 public:
  Deflater() {
    if (deflateInit(&stream_, Z_BEST_SPEED) != Z_OK) throw Error(ErrorKind::internal, "cannot start zlib");
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  /// Begins the next object.
  void begin() { deflateReset(&stream_); }

  void add(Bytes bytes, SummedSink& sink) {
    while (!bytes.empty()) {
      const auto piece = bytes.first(std::min<std::size_t>(bytes.size(), std::numeric_limits<uInt>::max()));
      stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(piece.data()));
      stream_.avail_in = static_cast<uInt>(piece.size());
      while (stream_.avail_in > 0) run(Z_NO_FLUSH, sink);
      bytes = bytes.subspan(piece.size());
    }
  }

  void finish(SummedSink& sink) {
    while (run(Z_FINISH, sink) != Z_STREAM_END) {
    }
  }

 private:
  int run(int flush, SummedSink& sink) {
    stream_.next_out = buffer_.data();
    stream_.avail_out = static_cast<uInt>(buffer_.size());
    const int status = deflate(&stream_, flush);
    sink.write(std::as_bytes(std::span(buffer_).first(buffer_.size() - stream_.avail_out)));
    return status;
  }

  z_stream stream_{};
  std::array<Bytef, 32U << 10U> buffer_{};
};

void append_number(std::vector<std::byte>& out, std::uint32_t number) {
  for (const auto shift : {24U, 16U, 8U, 0U}) out.push_back(static_cast<std::byte>(number >> shift));
}

std::vector<std::byte> pack_header(std::size_t objects) {
  std::vector<std::byte> out;
  for (const char c : {'P', 'A', 'C', 'K'}) out.push_back(static_cast<std::byte>(c));
  append_number(out, 2);
  append_number(out, static_cast<std::uint32_t>(objects));
  return out;
}

/// Type and size of an object (gitformat-pack): four bits of the size in the first byte, seven in each further one.
std::vector<std::byte> object_header(git_object_t type, std::uint64_t size) {
  std::vector<std::byte> out;
  auto byte = (static_cast<std::uint64_t>(type) << 4U) | (size & 15U);
  size >>= 4U;
  while (size != 0) {
    out.push_back(static_cast<std::byte>(byte | 0x80U));
    byte = size & 0x7fU;
    size >>= 7U;
  }
  out.push_back(static_cast<std::byte>(byte));
  return out;
}

class PlainWriter final {
 public:
  PlainWriter(git_repository* repository, PackSink& sink, const CancelToken& cancel)
      : odb_(odb_of(repository)),
        objects_(std::filesystem::path(git_repository_commondir(repository)) / "objects"),
        out_(sink, cancel) {}

  std::uint64_t write(const std::vector<ObjectId>& objects, const CancelToken& cancel) {
    out_.write(pack_header(objects.size()));
    for (const auto& id : objects) {
      cancel.throw_if_cancelled();
      if (!write_large(id)) write_whole(id);
    }
    return out_.finish();
  }

 private:
  /// False where it is no large blob that can be read in pieces.
  bool write_large(const ObjectId& id) {
    std::size_t bytes = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    if (git_odb_read_header(&bytes, &type, odb_.get(), &id.value) != 0 || bytes < large_blob_bytes) return false;
    const auto blob = find_packed_blob(objects_, id);
    if (!blob) return false;
    out_.write(object_header(GIT_OBJECT_BLOB, blob->bytes));
    deflater_.begin();
    read_packed_blob(*blob, id, [this](Bytes piece) { deflater_.add(piece, out_); });
    deflater_.finish(out_);
    return true;
  }

  void write_whole(const ObjectId& id) {
    git_odb_object* raw = nullptr;
    if (const int code = git_odb_read(&raw, odb_.get(), &id.value); code != 0)
      throw git_error("cannot read object " + id.hex(), code, ErrorKind::data);
    const OdbObject object(raw);
    const auto size = git_odb_object_size(raw);
    out_.write(object_header(git_odb_object_type(raw), size));
    deflater_.begin();
    deflater_.add({static_cast<const std::byte*>(git_odb_object_data(raw)), size}, out_);
    deflater_.finish(out_);
  }

  OdbHandle odb_;
  std::filesystem::path objects_;
  SummedSink out_;
  Deflater deflater_;
};

/// Carries an exception across the callbacks of libgit2, which must not see one.
struct PackTransfer {
  PackSink& sink;
  const CancelToken& cancel;
  std::uint64_t bytes = 0;
  std::exception_ptr failure;
};

int take_piece(void* data, std::size_t size, void* payload) {
  auto& transfer = *static_cast<PackTransfer*>(payload);
  try {
    transfer.cancel.throw_if_cancelled();
    transfer.sink.write({static_cast<const std::byte*>(data), size});
    transfer.bytes += size;
    return 0;
  } catch (...) {
    transfer.failure = std::current_exception();
    return GIT_EUSER;
  }
}

int look_up_from_work(int, std::uint32_t, std::uint32_t, void* payload) {
  return static_cast<PackTransfer*>(payload)->cancel.cancelled() ? GIT_EUSER : 0;
}

std::uint64_t write_deltas(git_repository* repository, const std::vector<ObjectId>& objects, PackSink& sink,
                           const CancelToken& cancel) {
  git_packbuilder* raw = nullptr;
  int code = git_packbuilder_new(&raw, repository);
  const PackBuilder builder(raw);
  PackTransfer transfer{sink, cancel, 0, {}};
  if (code == 0) code = git_packbuilder_set_callbacks(raw, look_up_from_work, &transfer);
  git_packbuilder_set_threads(raw, 0);
  for (auto it = objects.begin(); it != objects.end() && code == 0; ++it) {
    cancel.throw_if_cancelled();
    code = git_packbuilder_insert(raw, &it->value, nullptr);
  }
  if (code == 0) code = git_packbuilder_foreach(raw, take_piece, &transfer);
  cancel.throw_if_cancelled();
  if (transfer.failure) std::rethrow_exception(transfer.failure);
  if (code != 0) throw git_error("cannot pack the objects of a repository", code, ErrorKind::data);
  return transfer.bytes;
}

}  // namespace

std::uint64_t write_pack(git_repository* repository, const std::vector<ObjectId>& objects, PackStyle style,
                         PackSink& sink, const CancelToken& cancel) {
  if (objects.empty()) return 0;
  return style == PackStyle::plain ? PlainWriter(repository, sink, cancel).write(objects, cancel)
                                   : write_deltas(repository, objects, sink, cancel);
}

}  // namespace sidekick::git_sync
