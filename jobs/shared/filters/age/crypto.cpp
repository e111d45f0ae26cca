#include "filters/age/crypto.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <string>

#include "sidekick/error.hpp"
#include "sidekick/handle.hpp"

namespace sidekick::filters::age {

namespace {

using Kdf = Handle<EVP_KDF, EVP_KDF_free>;
using KdfContext = Handle<EVP_KDF_CTX, EVP_KDF_CTX_free>;
using PrivateOrPublic = Handle<EVP_PKEY, EVP_PKEY_free>;
using Derivation = Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;

void require(bool done, const char* what) {
  if (!done) throw Error(ErrorKind::internal, std::string("OpenSSL refuses to ") + what);
}

/// OpenSSL's parameters are not const, but it only reads them.
OSSL_PARAM octets(const char* name, Bytes bytes) {
  return OSSL_PARAM_construct_octet_string(name, const_cast<std::uint8_t*>(bytes.data()), bytes.size());
}

Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

PrivateOrPublic private_key(const Key32& secret) {
  PrivateOrPublic key(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, secret.bytes().data(), secret.bytes().size()));
  require(key != nullptr, "take a key of X25519");
  return key;
}

}  // namespace

void wipe(std::span<std::uint8_t> bytes) noexcept {
  OPENSSL_cleanse(bytes.data(), bytes.size());
}

void randomise(std::span<std::uint8_t> into) {
  require(RAND_bytes(into.data(), static_cast<int>(into.size())) == 1, "make random bytes");
}

Key32 hkdf_sha256(Bytes secret, Bytes salt, std::string_view info) {
  // RFC 5869: no salt means as many zeros as the hash has bytes; OpenSSL does not accept an empty one.
  static constexpr std::array<std::uint8_t, 32> no_salt{};
  std::string hash = "SHA256";
  const std::array<OSSL_PARAM, 5> parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, hash.data(), hash.size()),
      octets(OSSL_KDF_PARAM_KEY, secret), octets(OSSL_KDF_PARAM_SALT, salt.empty() ? Bytes(no_salt) : salt),
      octets(OSSL_KDF_PARAM_INFO, bytes_of(info)), OSSL_PARAM_construct_end()};
  const Kdf kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
  require(kdf != nullptr, "derive a key");
  const KdfContext context(EVP_KDF_CTX_new(kdf.get()));
  Key32 key;
  require(context && EVP_KDF_derive(context.get(), key.bytes().data(), key.bytes().size(), parameters.data()) == 1,
          "derive a key");
  return key;
}

Mac hmac_sha256(const Key32& key, std::string_view text) {
  Mac mac{};
  const auto bytes = bytes_of(text);
  require(HMAC(EVP_sha256(), key.bytes().data(), static_cast<int>(key.bytes().size()), bytes.data(), bytes.size(),
               mac.data(), nullptr) != nullptr,
          "authenticate");
  return mac;
}

bool same(const Mac& a, const Mac& b) noexcept {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Point x25519_public(const Key32& secret) {
  const auto key = private_key(secret);
  Point point{};
  auto size = point.size();
  require(EVP_PKEY_get_raw_public_key(key.get(), point.data(), &size) == 1, "tell a public key");
  return point;
}

std::optional<Key32> x25519_shared(const Key32& secret, const Point& theirs) {
  const auto ours = private_key(secret);
  const PrivateOrPublic peer(EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, theirs.data(), theirs.size()));
  const Derivation derivation(EVP_PKEY_CTX_new(ours.get(), nullptr));
  require(peer && derivation && EVP_PKEY_derive_init(derivation.get()) == 1, "begin an exchange of keys");
  Key32 shared;
  auto size = shared.bytes().size();
  // It rejects a result of zeros, which a point of low order gives.
  if (EVP_PKEY_derive_set_peer(derivation.get(), peer.get()) != 1 ||
      EVP_PKEY_derive(derivation.get(), shared.bytes().data(), &size) != 1)
    return std::nullopt;
  return shared;
}

Aead::Aead(const Key32& key) : key_(key), context_(EVP_CIPHER_CTX_new()) {
  require(context_ != nullptr, "encrypt");
}

void Aead::seal(const Nonce& nonce, Bytes plain, std::span<std::uint8_t> into) {
  auto* context = context_.get();
  int size = 0;
  int rest = 0;
  const auto tag = into.subspan(plain.size());
  require(EVP_EncryptInit_ex(context, EVP_chacha20_poly1305(), nullptr, key_.bytes().data(), nonce.data()) == 1 &&
              (plain.empty() ||
               EVP_EncryptUpdate(context, into.data(), &size, plain.data(), static_cast<int>(plain.size())) == 1) &&
              EVP_EncryptFinal_ex(context, tag.data(), &rest) == 1 &&
              EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag_bytes), tag.data()) == 1,
          "encrypt");
}

bool Aead::open(const Nonce& nonce, Bytes sealed, std::span<std::uint8_t> into) {
  auto* context = context_.get();
  int size = 0;
  int rest = 0;
  const auto body = sealed.first(into.size());
  std::array<std::uint8_t, tag_bytes> tag{};
  std::copy_n(sealed.subspan(into.size()).begin(), tag_bytes, tag.begin());
  require(EVP_DecryptInit_ex(context, EVP_chacha20_poly1305(), nullptr, key_.bytes().data(), nonce.data()) == 1 &&
              EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag_bytes), tag.data()) == 1 &&
              (body.empty() ||
               EVP_DecryptUpdate(context, into.data(), &size, body.data(), static_cast<int>(body.size())) == 1),
          "decrypt");
  std::array<std::uint8_t, 32> no_more{};
  if (EVP_DecryptFinal_ex(context, no_more.data(), &rest) == 1) return true;
  wipe(into);
  return false;
}

}  // namespace sidekick::filters::age
