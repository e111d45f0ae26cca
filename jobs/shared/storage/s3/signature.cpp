#include "storage/s3/signature.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "sidekick/error.hpp"
#include "sidekick/hex.hpp"
#include "sidekick/lower_case.hpp"

namespace sidekick::storage::s3 {

namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";
constexpr std::size_t digest_bytes = 32;
constexpr std::size_t day_digits = 8;

std::string hmac(std::string_view key, std::string_view bytes) {
  std::array<unsigned char, digest_bytes> out{};
  unsigned size = out.size();
  if (::HMAC(::EVP_sha256(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), out.data(), &size) == nullptr)
    throw Error(ErrorKind::internal, "cannot sign a request: OpenSSL has no HMAC");
  return {reinterpret_cast<const char*>(out.data()), size};
}

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(' ') - first + 1));
}

std::string padded(unsigned number, std::size_t digits) {
  auto out = std::to_string(number);
  return std::string(digits - std::min(digits, out.size()), '0') + out;
}

}  // namespace

std::string encoded(std::string_view text, Encoding encoding) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    if (plain || (c == '/' && encoding == Encoding::path))
      out += c;
    else
      out += "%" + hex(c, upper_hex_digits);
  }
  return out;
}

std::string query_text(Query query) {
  for (auto& [name, value] : query) {
    name = encoded(name, Encoding::query);
    value = encoded(value, Encoding::query);
  }
  std::ranges::sort(query);
  std::string out;
  for (const auto& [name, value] : query) out.append(out.empty() ? "" : "&").append(name).append("=").append(value);
  return out;
}

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, digest_bytes> out{};
  unsigned size = out.size();
  if (::EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, ::EVP_sha256(), nullptr) != 1)
    throw Error(ErrorKind::internal, "cannot sign a request: OpenSSL has no SHA-256");
  return hex(std::span(out).first(size));
}

std::string amz_date(std::chrono::sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return padded(static_cast<unsigned>(static_cast<int>(date.year())), 4) +
         padded(static_cast<unsigned>(date.month()), 2) + padded(static_cast<unsigned>(date.day()), 2) + "T" +
         padded(static_cast<unsigned>(clock.hours().count()), 2) +
         padded(static_cast<unsigned>(clock.minutes().count()), 2) +
         padded(static_cast<unsigned>(clock.seconds().count()), 2) + "Z";
}

std::string authorization(const Signed& request, const Credentials& credentials, const std::string& region,
                          std::chrono::sys_seconds time) {
  auto headers = request.headers;
  for (auto& header : headers) header = {lower_case(header.name), trimmed(header.value)};
  std::ranges::sort(headers, {}, &HttpHeader::name);
  std::string lines;
  std::string names;
  for (const auto& header : headers) {
    lines.append(header.name).append(":").append(header.value).append("\n");
    names.append(names.empty() ? "" : ";").append(header.name);
  }
  const auto canonical = request.method + "\n" + request.path + "\n" + request.query + "\n" + lines + "\n" + names +
                         "\n" + request.payload_sha256;
  const auto date = amz_date(time);
  const auto day = date.substr(0, day_digits);
  const auto scope = day + "/" + region + "/s3/aws4_request";
  const auto text = std::string(algorithm) + "\n" + date + "\n" + scope + "\n" + sha256_hex(canonical);
  const auto key = hmac(hmac(hmac(hmac("AWS4" + credentials.secret_key.reveal(), day), region), "s3"), "aws4_request");
  return std::string(algorithm) + " Credential=" + credentials.access_key + "/" + scope + ",SignedHeaders=" + names +
         ",Signature=" + hex(hmac(key, text));
}

}  // namespace sidekick::storage::s3
