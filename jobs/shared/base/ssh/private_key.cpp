#include "base/ssh/private_key.hpp"

#include <openssl/evp.h>

#include <algorithm>

#include "sidekick/pem.hpp"

namespace sidekick {

namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::string_view openssh_begin = "-----BEGIN OPENSSH PRIVATE KEY-----";

/// The decoded start of what follows the BEGIN line.
std::string start_of_body(std::string_view text) {
  constexpr std::size_t enough = 400;
  auto at = text.find("-----BEGIN ");
  if (at != npos) at = text.find('\n', at);
  if (at == npos) return {};
  std::string encoded;
  for (const char c : text.substr(at))
    if (c == '-' || c == '=' || encoded.size() == enough)
      break;
    else if (c != '\n' && c != '\r')
      encoded += c;
  encoded.resize(encoded.size() / 4 * 4);
  std::string out(encoded.size() / 4 * 3, '\0');
  const auto n =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(encoded.data()), static_cast<int>(encoded.size()));
  return n < 0 ? std::string() : out;
}

}  // namespace

KeyFault fault_of_private_key(std::string_view text) {
  if (auto damage = damage_of_pem(text); !damage.empty()) return {std::move(damage), std::string(pem_damage_hint)};
  if (text.starts_with("PuTTY-User-Key-File-"))
    return {"it is a key of PuTTY", "convert it: puttygen KEY -O private-openssh -o NEW"};
  if (text.starts_with("ssh-") || text.starts_with("ecdsa-sha2-") || text.find("BEGIN PUBLIC KEY") != npos ||
      text.find("BEGIN SSH2 PUBLIC KEY") != npos)
    return {"it is a public key", "name the private key: the file without .pub"};
  return {};
}

bool is_encrypted_key(std::string_view text) {
  // What such a key begins with, in base64, when its cipher is called "none".
  constexpr std::string_view plain = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU";
  if (const auto at = text.find(openssh_begin); at != npos) {
    const auto body = text.find_first_not_of("\r\n", at + openssh_begin.size());
    return body != npos && text.compare(body, plain.size(), plain) != 0;
  }
  return text.find("ENCRYPTED") != npos;
}

bool is_rsa_key(std::string_view text) {
  if (text.find("-----BEGIN RSA PRIVATE KEY-----") != npos) return true;
  constexpr std::string_view rsa_in_openssh = "ssh-rsa";
  constexpr std::string_view rsa_in_pkcs8 = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";  // the OID rsaEncryption
  const auto wanted = text.find(openssh_begin) != npos ? rsa_in_openssh : rsa_in_pkcs8;
  return start_of_body(text).find(wanted) != std::string::npos;
}

}  // namespace sidekick
