/// The payload of an age file: chunks, each sealed with its position and whether it is the last one.
#pragma once

#include <cstdint>
#include <span>

#include "filters/age/crypto.hpp"

namespace sidekick::filters::age {

constexpr std::size_t chunk_bytes = std::size_t{64} << 10;
constexpr std::size_t sealed_chunk_bytes = chunk_bytes + tag_bytes;
constexpr std::size_t stream_nonce_bytes = 16;

enum class Place { before_others, last };

/// Seals or opens the chunks of one file, in order. For one thread.
class Chunks final {
 public:
  /// `nonce` is the one between header and chunks.
  Chunks(const FileKey& key, std::span<const std::uint8_t, stream_nonce_bytes> nonce);

  /// As Aead::seal(), for the next chunk.
  void seal(Place place, Bytes plain, std::span<std::uint8_t> into);

  /// As Aead::open(), for the next chunk; after a failure that chunk is still the next.
  bool open(Place place, Bytes sealed, std::span<std::uint8_t> into);

  /// Chunks so far.
  std::uint64_t number() const noexcept { return number_; }

 private:
  Nonce nonce(Place place) const;

  Aead aead_;
  std::uint64_t number_ = 0;
};

}  // namespace sidekick::filters::age
