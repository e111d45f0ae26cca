#include <algorithm>
#include <functional>

#include "filters/age.hpp"
#include "filters/age/crypto.hpp"
#include "filters/age/encoding.hpp"
#include "sidekick/error.hpp"
#include "sidekick/lines.hpp"

namespace sidekick::filters {

namespace {

constexpr std::string_view recipient_prefix = "age";
constexpr std::string_view identity_prefix = "AGE-SECRET-KEY-";
constexpr std::size_t key_bytes = 32;

AgeRecipient recipient(std::string_view text, const std::string& what) {
  const auto object = what.empty() ? what : what + ": ";
  if (is_age_identity(text))
    throw Error(ErrorKind::config, object + "it is a private key, and a public one is expected",
                "`age-keygen -y FILE` prints the public key of an identity; it begins with age1");
  if (!text.starts_with("age1"))
    throw Error(
        ErrorKind::config, object + "it does not begin with age1",
        "`age-keygen` creates an identity and prints its recipient; ssh keys and passphrases are not supported");
  const auto decoded = age::from_bech32(text, what);
  AgeRecipient recipient;
  if (decoded.prefix != recipient_prefix)
    throw Error(ErrorKind::config, what + ": only X25519 is supported, and this key needs a plugin of age");
  if (decoded.bytes.size() != key_bytes) throw Error(ErrorKind::config, what + ": it does not have the size of a key");
  std::copy(decoded.bytes.begin(), decoded.bytes.end(), recipient.key.begin());
  return recipient;
}

AgeIdentity identity(std::string_view text, const std::string& what) {
  if (!text.starts_with(identity_prefix))
    throw Error(ErrorKind::config, what + ": it does not begin with AGE-SECRET-KEY-1",
                "give a file as `age-keygen` writes it; one with a passphrase is not supported");
  auto decoded = age::from_bech32(text, what);
  if (decoded.prefix != identity_prefix || decoded.bytes.size() != key_bytes)
    throw Error(ErrorKind::config, what + ": it does not have the size of a key");
  AgeIdentity identity{Secret(std::string(decoded.bytes.begin(), decoded.bytes.end()))};
  age::wipe(decoded.bytes);
  return identity;
}

/// Calls `take(line, what)` for each line that is not empty.
void for_each_line(std::string_view text, std::string_view name,
                   const std::function<void(std::string_view, const std::string&)>& take) {
  for (int number = 1; !text.empty(); number++) {
    auto line = take_line(text);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    take(line, "line " + std::to_string(number) + " of '" + std::string(name) + "'");
  }
}

}  // namespace

bool is_age_identity(std::string_view text) noexcept {
  return text.starts_with(identity_prefix);
}

AgeRecipient parse_age_recipient(std::string_view text) {
  // A text that does not begin as a public key may be a secret.
  const bool is_public = text.starts_with("age1");
  return recipient(text, is_public ? "'" + std::string(text) + "'" : std::string());
}

std::vector<AgeRecipient> parse_age_recipients(std::string_view text, std::string_view name) {
  std::vector<AgeRecipient> recipients;
  for_each_line(text, name,
                [&](std::string_view line, const std::string& what) { recipients.push_back(recipient(line, what)); });
  if (recipients.empty()) throw Error(ErrorKind::config, "'" + std::string(name) + "' names no recipient");
  return recipients;
}

std::vector<AgeIdentity> parse_age_identities(const Secret& text, std::string_view name) {
  std::vector<AgeIdentity> identities;
  for_each_line(text.reveal(), name,
                [&](std::string_view line, const std::string& what) { identities.push_back(identity(line, what)); });
  if (identities.empty()) throw Error(ErrorKind::config, "'" + std::string(name) + "' holds no identity");
  return identities;
}

}  // namespace sidekick::filters
