/// Finds the bundle of CA certificates in the image that we run in.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sidekick {

/// The file that SSL_CERT_FILE names if that is set, even if it does not exist (opening it then fails with a clear
/// error); else the first readable one of the usual paths; else nothing. For TLS clients without a CA file of their
/// own: the default path of the library is right only on the distribution that it was built on. Thread safe as long as
/// nobody changes the environment.
std::optional<std::string> ca_bundle_path();

/// The first readable one of `candidates`.
std::optional<std::string> first_readable(std::span<const std::string_view> candidates);

}  // namespace sidekick
