/// What the text of a private key of ssh says about it.
#pragma once

#include <string>
#include <string_view>

namespace sidekick {

/// Why `text` cannot be a private key, and what to do about it. Both are empty where nothing is wrong.
struct KeyFault {
  std::string cause;
  std::string hint;
};

/// Looks only at what surrounds the key. The key itself is never part of the result.
KeyFault fault_of_private_key(std::string_view text);

/// True for a key that is encrypted with a passphrase.
bool is_encrypted_key(std::string_view text);

/// True for an RSA key, in the form of OpenSSH, PKCS#1 or (not encrypted) PKCS#8.
bool is_rsa_key(std::string_view text);

}  // namespace sidekick
