/// The primitives of age, implemented with OpenSSL, over keys that are wiped when they are released.
#pragma once

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "sidekick/handle.hpp"

namespace sidekick::filters::age {

using Bytes = std::span<const std::uint8_t>;

void wipe(std::span<std::uint8_t> bytes) noexcept;

/// Bytes of a key.
template <std::size_t size>
class Key final {
 public:
  Key() = default;
  explicit Key(std::span<const std::uint8_t, size> bytes) { std::copy_n(bytes.begin(), size, bytes_.begin()); }
  Key(const Key&) = default;
  Key& operator=(const Key&) = default;
  ~Key() { wipe(bytes_); }

  std::span<std::uint8_t, size> bytes() noexcept { return bytes_; }
  std::span<const std::uint8_t, size> bytes() const noexcept { return bytes_; }

 private:
  std::array<std::uint8_t, size> bytes_{};
};

using FileKey = Key<16>;
using Key32 = Key<32>;
using Point = std::array<std::uint8_t, 32>;  ///< a public key or share of X25519
using Mac = std::array<std::uint8_t, 32>;
using Nonce = std::array<std::uint8_t, 12>;

constexpr std::size_t tag_bytes = 16;

// All throw Error of kind internal where OpenSSL fails.

/// Fills `into` with random bytes.
void randomise(std::span<std::uint8_t> into);

/// RFC 5869, 32 bytes of it; an empty salt means none.
Key32 hkdf_sha256(Bytes secret, Bytes salt, std::string_view info);

Mac hmac_sha256(const Key32& key, std::string_view text);

/// Compares in constant time.
bool same(const Mac& a, const Mac& b) noexcept;

/// RFC 7748: the public key of a secret; and the shared secret, or nothing where `theirs` is a point of low order.
Point x25519_public(const Key32& secret);
std::optional<Key32> x25519_shared(const Key32& secret, const Point& theirs);

/// ChaCha20-Poly1305 (RFC 8439) without associated data, under one key. For one thread.
class Aead final {
 public:
  explicit Aead(const Key32& key);

  /// Writes the ciphertext and its tag to `into`, which is tag_bytes larger than `plain`.
  void seal(const Nonce& nonce, Bytes plain, std::span<std::uint8_t> into);

  /// Writes the plain bytes to `into`, which is tag_bytes smaller than `sealed`; false, with zeros there, where they
  /// are not authentic.
  bool open(const Nonce& nonce, Bytes sealed, std::span<std::uint8_t> into);

 private:
  Key32 key_;
  Handle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free> context_;
};

}  // namespace sidekick::filters::age
