#include "filters/age/encoding.hpp"

#include <algorithm>
#include <array>

#include "sidekick/error.hpp"

namespace sidekick::filters::age {

namespace {

constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view bech32_digits = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::size_t checksum_digits = 6;

/// Converts digits of `bits` each to bytes. The rest at the end must be shorter than a digit, and zero.
class Unpacker final {
 public:
  // Reserves room for a whole key, so that no part of it stays in freed memory.
  explicit Unpacker(unsigned bits) : bits_(bits) { bytes_.reserve(64); }

  void add(unsigned digit) {
    held_ = (held_ << bits_) | digit;
    count_ += bits_;
    if (count_ < 8) return;
    count_ -= 8;
    bytes_.push_back(static_cast<std::uint8_t>(held_ >> count_));
    held_ &= (1U << count_) - 1;
  }

  bool ends_well() const { return count_ < bits_ && held_ == 0; }
  std::vector<std::uint8_t> bytes() { return std::move(bytes_); }

 private:
  unsigned bits_;
  unsigned held_ = 0;
  unsigned count_ = 0;
  std::vector<std::uint8_t> bytes_;
};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// The polynomial of BIP 173.
class Checksum final {
 public:
  void add(unsigned digit) {
    constexpr std::array<std::uint32_t, 5> generator{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
    const auto top = sum_ >> 25;
    sum_ = ((sum_ & 0x1ffffff) << 5) ^ digit;
    for (unsigned i = 0; i < generator.size(); i++)
      if ((top >> i & 1U) != 0) sum_ ^= generator[i];
  }

  bool fits() const { return sum_ == 1; }

 private:
  std::uint32_t sum_ = 1;
};

bool has_both_cases(std::string_view text) {
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  return std::any_of(text.begin(), text.end(), is_lower) && std::any_of(text.begin(), text.end(), is_upper);
}

}  // namespace

std::string base64(std::span<const std::uint8_t> bytes) {
  std::string out;
  unsigned held = 0;
  unsigned count = 0;
  for (const auto byte : bytes) {
    held = (held << 8 | byte) & 0xffff;
    for (count += 8; count >= 6; count -= 6) out += base64_digits[held >> (count - 6) & 63];
  }
  if (count > 0) out += base64_digits[held << (6 - count) & 63];
  return out;
}

std::optional<std::vector<std::uint8_t>> from_base64(std::string_view text) {
  Unpacker unpacker(6);
  for (const char c : text) {
    const auto digit = base64_digits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    unpacker.add(static_cast<unsigned>(digit));
  }
  if (!unpacker.ends_well()) return std::nullopt;
  return unpacker.bytes();
}

Bech32 from_bech32(std::string_view text, const std::string& what) {
  const auto wrong = [&](const std::string& cause) { return Error(ErrorKind::config, what + ": " + cause); };
  const auto separator = text.rfind('1');
  if (separator == std::string_view::npos || separator == 0) throw wrong("it is not a valid key of age");
  if (has_both_cases(text)) throw wrong("it mixes upper and lower case");
  const auto prefix = text.substr(0, separator);
  const auto digits = text.substr(separator + 1);
  if (digits.size() < checksum_digits) throw wrong("it is too short");
  Checksum checksum;
  for (const char c : prefix) checksum.add(static_cast<unsigned char>(lower(c)) >> 5);
  checksum.add(0);
  for (const char c : prefix) checksum.add(static_cast<unsigned char>(lower(c)) & 31U);
  Unpacker unpacker(5);
  for (std::size_t i = 0; i < digits.size(); i++) {
    const auto digit = bech32_digits.find(lower(digits[i]));
    if (digit == std::string_view::npos) throw wrong("it has an invalid character");
    checksum.add(static_cast<unsigned>(digit));
    if (i + checksum_digits < digits.size()) unpacker.add(static_cast<unsigned>(digit));
  }
  if (!checksum.fits()) throw wrong("its checksum differs: a character is wrong or missing");
  if (!unpacker.ends_well()) throw wrong("its last bits are not zero");
  return {std::string(prefix), unpacker.bytes()};
}

}  // namespace sidekick::filters::age
