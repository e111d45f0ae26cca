#include "sidekick/certificates.hpp"

#include <unistd.h>

#include <array>
#include <cstdlib>

namespace sidekick {

namespace {

constexpr std::array<std::string_view, 6> usual_places{
    "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Alpine, Arch, our image
    "/etc/pki/tls/certs/ca-bundle.crt",                   // Fedora, RHEL
    "/etc/ssl/ca-bundle.pem",                             // openSUSE
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // RHEL from 7
    "/etc/ssl/cert.pem",                                  // Alpine's LibreSSL
    "/usr/share/ssl/certs/ca-bundle.crt",
};

}  // namespace

std::optional<std::string> first_readable(std::span<const std::string_view> candidates) {
  for (const auto candidate : candidates) {
    std::string path(candidate);
    if (::access(path.c_str(), R_OK) == 0) return path;
  }
  return {};
}

std::optional<std::string> ca_bundle_path() {
  if (const char* named = std::getenv("SSL_CERT_FILE"); named && *named) return named;
  return first_readable(usual_places);
}

}  // namespace sidekick
