/// Where the certificates of the world's authorities lie in the image we run in.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sidekick {

/// The file of the environment's SSL_CERT_FILE if that is set, even where it is not there (whoever opens it says so);
/// else the first of the usual places that can be read; else nothing. For TLS clients that were given no file of their
/// own: the library's built-in path fits only the distribution it was built on. Thread safe as long as nobody changes
/// the environment.
std::optional<std::string> ca_bundle_path();

/// The first of `candidates` that can be read.
std::optional<std::string> first_readable(std::span<const std::string_view> candidates);

}  // namespace sidekick
