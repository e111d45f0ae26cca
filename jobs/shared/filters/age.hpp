/// Encryption for recipients in the age v1 format (age-encryption.org/v1), with X25519 keys.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "filters/sink.hpp"
#include "filters/source.hpp"
#include "sidekick/secret.hpp"

namespace sidekick::filters {

/// A public key.
struct AgeRecipient {
  std::array<std::uint8_t, 32> key{};
};

/// A private key; never printed.
struct AgeIdentity {
  Secret key;  ///< 32 bytes
};

/// True for a text that begins as a private key does, so that it is never shown.
bool is_age_identity(std::string_view text) noexcept;

/// "age1…" (Bech32). Throws Error of kind config for anything else, with the flaw: "'age1x': it is too short". A text
/// that does not begin as a public key is not shown.
AgeRecipient parse_age_recipient(std::string_view text);

/// Recipients, one per line; skips empty lines and those that begin with '#'. Throws Error of kind config that names
/// the line.
std::vector<AgeRecipient> parse_age_recipients(std::string_view text, std::string_view name);

/// An identity file as age-keygen writes it: lines "AGE-SECRET-KEY-1…", comments. Throws Error of kind config that
/// names the line and shows nothing of it.
std::vector<AgeIdentity> parse_age_identities(const Secret& text, std::string_view name);

/// Encrypts into `next`: `age -d` opens it with the identity of any of `recipients` (at least one).
class AgeSink final : public Sink {
 public:
  AgeSink(const std::vector<AgeRecipient>& recipients, Sink& next);
  ~AgeSink() override;
  void write(std::span<const std::uint8_t> bytes) override;
  void finish() override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The number of bytes that is_age() needs.
inline constexpr std::size_t age_magic_bytes = 22;

/// True for the first bytes of an age file: "age-encryption.org/v1\n".
bool is_age(std::span<const std::uint8_t> first_bytes) noexcept;

/// The plain bytes of an age file. Reads the header at construction. Throws Error: denied where none of `identities`
/// opens it, data for damage or truncation, naming `name`. Never returns bytes that were not authenticated.
class AgeSource final : public Source {
 public:
  AgeSource(std::unique_ptr<Source> from, const std::vector<AgeIdentity>& identities, std::string name);
  ~AgeSource() override;
  std::size_t read(std::span<std::uint8_t> into) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// An AgeSource over `from`. Throws as its constructor does, and Error of kind config where there is no identity.
std::unique_ptr<Source> decrypted(std::unique_ptr<Source> from, const std::vector<AgeIdentity>& identities,
                                  const std::string& name);

}  // namespace sidekick::filters
