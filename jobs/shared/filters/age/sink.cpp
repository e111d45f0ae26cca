#include <algorithm>

#include "filters/age.hpp"
#include "filters/age/header.hpp"
#include "filters/age/stream.hpp"
#include "sidekick/error.hpp"

namespace sidekick::filters {

namespace {

constexpr std::size_t max_recipients = 2'000;  // their stanzas fit into a header that AgeSource accepts

age::FileKey random_key() {
  age::FileKey key;
  age::randomise(key.bytes());
  return key;
}

std::string header_for(const std::vector<AgeRecipient>& recipients, const age::FileKey& key) {
  if (recipients.empty()) throw Error(ErrorKind::config, "cannot encrypt: no recipient is given");
  if (recipients.size() > max_recipients)
    throw Error(ErrorKind::config, "cannot encrypt for more than " + std::to_string(max_recipients) + " recipients");
  std::vector<age::Stanza> stanzas;
  stanzas.reserve(recipients.size());
  for (const auto& recipient : recipients) stanzas.push_back(age::wrap(key, recipient));
  return age::format_header(stanzas, key);
}

std::array<std::uint8_t, age::stream_nonce_bytes> random_nonce() {
  std::array<std::uint8_t, age::stream_nonce_bytes> nonce{};
  age::randomise(nonce);
  return nonce;
}

}  // namespace

struct AgeSink::Impl {
  Impl(const std::vector<AgeRecipient>& recipients, const age::FileKey& key, Sink& behind)
      : next(behind), nonce(random_nonce()), chunks(key, nonce) {
    const auto header = header_for(recipients, key);
    first.assign(header.begin(), header.end());
    first.insert(first.end(), nonce.begin(), nonce.end());
    plain.reserve(age::chunk_bytes);
    sealed.resize(age::sealed_chunk_bytes);
  }

  void seal(age::Place place) {
    if (!first.empty()) next.write(first);
    first.clear();
    const auto into = std::span(sealed).first(plain.size() + age::tag_bytes);
    chunks.seal(place, plain, into);
    plain.clear();
    next.write(into);
  }

  Sink& next;
  std::array<std::uint8_t, age::stream_nonce_bytes> nonce;
  age::Chunks chunks;
  std::vector<std::uint8_t> first;  ///< the header and the nonce, until they are written
  std::vector<std::uint8_t> plain;
  std::vector<std::uint8_t> sealed;
};

AgeSink::AgeSink(const std::vector<AgeRecipient>& recipients, Sink& next)
    : impl_(std::make_unique<Impl>(recipients, random_key(), next)) {}

AgeSink::~AgeSink() = default;

void AgeSink::write(std::span<const std::uint8_t> bytes) {
  auto& plain = impl_->plain;
  while (!bytes.empty()) {
    // Only once there is more: a chunk is sealed as the last one or not.
    if (plain.size() == age::chunk_bytes) impl_->seal(age::Place::before_others);
    const auto n = std::min(bytes.size(), age::chunk_bytes - plain.size());
    plain.insert(plain.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n));
    bytes = bytes.subspan(n);
  }
}

void AgeSink::finish() {
  impl_->seal(age::Place::last);
  impl_->next.finish();
}

}  // namespace sidekick::filters
