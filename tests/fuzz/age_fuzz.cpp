// Whatever bytes are given as an age file, as its payload, or as keys: reading them ends with bytes or an Error.

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "filters/age.hpp"
#include "filters/age/header.hpp"
#include "sidekick/error.hpp"

namespace {

using namespace sidekick;
using namespace sidekick::filters;
using Buffer = std::vector<std::uint8_t>;

class Memory final : public Source {
 public:
  Memory(Buffer bytes, std::size_t step) : bytes_(std::move(bytes)), step_(step) {}
  std::size_t read(std::span<std::uint8_t> into) override {
    const auto n = std::min({into.size(), step_, bytes_.size() - at_});
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(at_), n, into.begin());
    at_ += n;
    return n;
  }

 private:
  Buffer bytes_;
  std::size_t step_;
  std::size_t at_ = 0;
};

template <class Call>
void attempt(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    if (error.message().empty() || error.kind() == ErrorKind::internal) std::abort();
  }
}

void read_all(Buffer bytes, const std::vector<AgeIdentity>& identities, std::size_t step) {
  attempt([&] {
    AgeSource source(std::make_unique<Memory>(std::move(bytes), step), identities, "x");
    std::array<std::uint8_t, 4096> piece{};
    while (source.read(piece) > 0) continue;
  });
}

/// A file's header, whose payload is anything.
Buffer with_header(const AgeIdentity& identity, std::span<const std::uint8_t> payload) {
  static const std::string header = [&] {
    const auto& text = identity.key.reveal();
    age::Key32 secret;
    std::copy(text.begin(), text.end(), secret.bytes().begin());
    const age::FileKey key;
    return age::format_header({age::wrap(key, {age::x25519_public(secret)})}, key);
  }();
  Buffer bytes(header.begin(), header.end());
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span bytes(data, size);
  const std::string text(bytes.begin(), bytes.end());
  const std::vector<AgeIdentity> identities{{Secret(std::string(32, 'k'))}};
  for (const std::size_t step : {SIZE_MAX, std::size_t{7}}) {
    read_all({bytes.begin(), bytes.end()}, identities, step);
    read_all(with_header(identities.front(), bytes), identities, step);
  }
  attempt([&] { age::parse_header(text, "x"); });
  attempt([&] { parse_age_recipients(text, "x"); });
  attempt([&] { parse_age_identities(Secret(text), "x"); });
  return 0;
}
