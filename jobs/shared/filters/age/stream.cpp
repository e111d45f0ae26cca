#include "filters/age/stream.hpp"

namespace sidekick::filters::age {

Chunks::Chunks(const FileKey& key, std::span<const std::uint8_t, stream_nonce_bytes> nonce)
    : aead_(hkdf_sha256(key.bytes(), nonce, "payload")) {}

Nonce Chunks::nonce(Place place) const {
  Nonce nonce{};
  nonce.back() = place == Place::last ? 1 : 0;
  auto rest = number_;
  for (std::size_t i = nonce.size() - 1; i-- > 0; rest >>= 8) nonce[i] = static_cast<std::uint8_t>(rest & 0xff);
  return nonce;
}

void Chunks::seal(Place place, Bytes plain, std::span<std::uint8_t> into) {
  aead_.seal(nonce(place), plain, into);
  number_++;
}

bool Chunks::open(Place place, Bytes sealed, std::span<std::uint8_t> into) {
  if (!aead_.open(nonce(place), sealed, into)) return false;
  number_++;
  return true;
}

}  // namespace sidekick::filters::age
