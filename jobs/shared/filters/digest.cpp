#include "filters/digest.hpp"

#include <openssl/evp.h>

#include <array>
#include <string_view>

#include "sidekick/error.hpp"
#include "sidekick/handle.hpp"
#include "sidekick/hex.hpp"

namespace sidekick::filters {

namespace {}  // namespace

struct Sha256::Impl {
  Handle<EVP_MD_CTX, EVP_MD_CTX_free> context{EVP_MD_CTX_new()};
};

Sha256::Sha256() : impl_(std::make_unique<Impl>()) {
  if (!impl_->context || EVP_DigestInit_ex(impl_->context.get(), EVP_sha256(), nullptr) != 1)
    throw Error(ErrorKind::internal, "cannot compute a SHA-256");
}

Sha256::~Sha256() = default;

void Sha256::update(std::span<const std::uint8_t> bytes) {
  if (EVP_DigestUpdate(impl_->context.get(), bytes.data(), bytes.size()) != 1)
    throw Error(ErrorKind::internal, "cannot compute a SHA-256");
}

std::string Sha256::hex() {
  std::array<std::uint8_t, 32> digest{};
  if (EVP_DigestFinal_ex(impl_->context.get(), digest.data(), nullptr) != 1)
    throw Error(ErrorKind::internal, "cannot compute a SHA-256");
  return sidekick::hex(digest);
}

void DigestSink::write(std::span<const std::uint8_t> bytes) {
  next_.write(bytes);
  digest_.update(bytes);
  bytes_ += bytes.size();
}

void DigestSink::finish() {
  sha256_ = digest_.hex();
  next_.finish();
}

std::size_t DigestSource::read(std::span<std::uint8_t> into) {
  const auto n = from_->read(into);
  if (n > 0) {
    digest_.update(into.first(n));
    bytes_ += n;
  } else if (sha256_.empty()) {
    sha256_ = digest_.hex();
  }
  return n;
}

}  // namespace sidekick::filters
