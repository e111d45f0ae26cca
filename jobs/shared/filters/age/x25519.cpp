#include <algorithm>

#include "filters/age/encoding.hpp"
#include "filters/age/header.hpp"
#include "sidekick/error.hpp"

namespace sidekick::filters::age {

namespace {

constexpr std::string_view type = "X25519";
constexpr std::string_view info = "age-encryption.org/v1/X25519";
constexpr Nonce no_nonce{};  // each key wraps once
constexpr std::size_t wrapped_bytes = 16 + tag_bytes;

Key32 wrapping_key(const Key32& shared, const Point& share, const Point& recipient) {
  std::array<std::uint8_t, 64> salt{};
  std::copy(recipient.begin(), recipient.end(), std::copy(share.begin(), share.end(), salt.begin()));
  return hkdf_sha256(shared.bytes(), salt, info);
}

Key32 key_of(const AgeIdentity& identity) {
  const auto& text = identity.key.reveal();
  Key32 key;
  if (text.size() != key.bytes().size()) throw Error(ErrorKind::internal, "an identity of age does not have 32 bytes");
  std::copy(text.begin(), text.end(), key.bytes().begin());
  return key;
}

}  // namespace

Stanza wrap(const FileKey& key, const AgeRecipient& recipient) {
  Key32 secret;
  randomise(secret.bytes());
  const auto share = x25519_public(secret);
  const auto shared = x25519_shared(secret, recipient.key);
  if (!shared)
    throw Error(ErrorKind::config, "a recipient of age is not a valid public key: no identity belongs to it");
  Stanza stanza{{std::string(type), base64(share)}, std::vector<std::uint8_t>(wrapped_bytes)};
  Aead(wrapping_key(*shared, share, recipient.key)).seal(no_nonce, key.bytes(), stanza.body);
  return stanza;
}

std::optional<FileKey> unwrap(const Stanza& stanza, const AgeIdentity& identity, const std::string& name) {
  if (stanza.words.front() != type) return std::nullopt;
  const auto bytes = stanza.words.size() == 2 ? from_base64(stanza.words[1]) : std::nullopt;
  Point share{};
  if (!bytes || bytes->size() != share.size() || stanza.body.size() != wrapped_bytes)
    throw Error(ErrorKind::data, "'" + name + "' is damaged: its header has an invalid X25519 recipient");
  std::copy(bytes->begin(), bytes->end(), share.begin());
  const auto secret = key_of(identity);
  const auto shared = x25519_shared(secret, share);
  if (!shared) throw Error(ErrorKind::data, "'" + name + "' is damaged: its header has an invalid X25519 share");
  FileKey key;
  if (!Aead(wrapping_key(*shared, share, x25519_public(secret))).open(no_nonce, stanza.body, key.bytes()))
    return std::nullopt;
  return key;
}

}  // namespace sidekick::filters::age
