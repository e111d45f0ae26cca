/// The ways to log in with a password (RFC 4252 section 8, RFC 4256).
#pragma once

#include <libssh2.h>

#include <array>
#include <string>
#include <string_view>

#include "sidekick/secret.hpp"

namespace sidekick {

struct PasswordMethod {
  std::string_view name;
  /// Returns a code of libssh2; call it again while that is EAGAIN. The abstract of the session is SshReads.
  int (*log_in)(LIBSSH2_SESSION* session, const std::string& user, const Secret& password) noexcept;
};

/// In the order to try: the password itself, then as the answer to each question that is not echoed.
const std::array<PasswordMethod, 2>& password_methods() noexcept;

}  // namespace sidekick
