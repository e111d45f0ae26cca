#include <algorithm>
#include <optional>

#include "filters/age.hpp"
#include "filters/age/header.hpp"
#include "filters/age/stream.hpp"
#include "sidekick/error.hpp"

namespace sidekick::filters {

namespace {

Error damaged(const std::string& name, const std::string& cause) {
  return {ErrorKind::data, "'" + name + "' is damaged: " + cause};
}

/// Reads a source in pieces of the requested size.
class ChunkReader final {
 public:
  explicit ChunkReader(std::unique_ptr<Source> from) : from_(std::move(from)), bytes_(2 * age::sealed_chunk_bytes) {}

  /// Up to `wanted` bytes, fewer only at the end. At most one chunk and a byte.
  std::span<const std::uint8_t> peek(std::size_t wanted) {
    if (begin_ + wanted > bytes_.size()) {
      std::copy(bytes_.begin() + at(begin_), bytes_.begin() + at(end_), bytes_.begin());
      end_ -= begin_;
      begin_ = 0;
    }
    while (end_ - begin_ < wanted) {
      const auto n = from_->read(std::span(bytes_).subspan(end_));
      if (n == 0) break;
      end_ += n;
    }
    return std::span(bytes_).subspan(begin_, std::min(wanted, end_ - begin_));
  }

  void take(std::size_t n) { begin_ += n; }

 private:
  static std::ptrdiff_t at(std::size_t i) { return static_cast<std::ptrdiff_t>(i); }

  std::unique_ptr<Source> from_;
  std::vector<std::uint8_t> bytes_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

/// The text of the header, up to the end of the first line that begins with "---".
std::string read_header(ChunkReader& from, const std::string& name) {
  std::string text;
  for (std::size_t line = 0; text.size() < age::max_header_bytes;) {
    const auto next = from.peek(512);
    if (next.empty()) throw damaged(name, "its header is truncated");
    const auto end = std::find(next.begin(), next.end(), '\n');
    const bool whole = end != next.end();
    const auto n = static_cast<std::size_t>(end - next.begin()) + (whole ? 1 : 0);
    text.append(next.begin(), next.begin() + static_cast<std::ptrdiff_t>(n));
    from.take(n);
    if (!whole) continue;
    const auto begins = std::string_view(text).substr(line);
    if (line == 0 && begins != age::first_line) throw damaged(name, "it does not begin as a file of age v1");
    if (begins.starts_with("---")) return text;
    line = text.size();
  }
  throw damaged(name, "its header is larger than " + std::to_string(age::max_header_bytes >> 10) + " KiB");
}

age::FileKey open_header(const age::Header& header, const std::vector<AgeIdentity>& identities,
                         const std::string& name) {
  for (const auto& stanza : header.stanzas)
    for (const auto& identity : identities)
      if (const auto key = age::unwrap(stanza, identity, name)) {
        if (!age::is_authentic(header, *key)) throw damaged(name, "its header was changed");
        return *key;
      }
  throw Error(ErrorKind::denied, "cannot decrypt '" + name + "': it is encrypted for none of the given identities",
              "give the identity of one of its recipients", Retry::never);
}

age::Chunks open_chunks(ChunkReader& from, const std::vector<AgeIdentity>& identities, const std::string& name) {
  const auto header = age::parse_header(read_header(from, name), name);
  const auto key = open_header(header, identities, name);
  const auto nonce = from.peek(age::stream_nonce_bytes);
  if (nonce.size() < age::stream_nonce_bytes) throw damaged(name, "it is truncated");
  age::Chunks chunks(key, nonce.first<age::stream_nonce_bytes>());
  from.take(nonce.size());
  return chunks;
}

}  // namespace

struct AgeSource::Impl {
  Impl(std::unique_ptr<Source> source, const std::vector<AgeIdentity>& identities, std::string what)
      : name(std::move(what)), from(std::move(source)), chunks(open_chunks(from, identities, name)) {}

  /// Decrypts the next chunk into `plain`.
  void open_next() {
    const auto ahead = from.peek(age::sealed_chunk_bytes + 1);
    const auto sealed = ahead.first(std::min(ahead.size(), age::sealed_chunk_bytes));
    const auto place = ahead.size() > sealed.size() ? age::Place::before_others : age::Place::last;
    if (sealed.size() < age::tag_bytes) throw damaged(name, "it is truncated");
    at = 0;
    plain.resize(sealed.size() - age::tag_bytes);
    if (!chunks.open(place, sealed, plain)) {
      plain.clear();
      throw damaged(name, why_not(sealed, place));
    }
    // Only an empty file has an empty chunk: otherwise there would be two encodings of the same content.
    if (plain.empty() && chunks.number() > 1) throw damaged(name, "it ends with an empty chunk");
    from.take(sealed.size());
    finished = place == age::Place::last;
  }

  std::string why_not(std::span<const std::uint8_t> sealed, age::Place tried) {
    const auto other = tried == age::Place::last ? age::Place::before_others : age::Place::last;
    std::vector<std::uint8_t> unused(sealed.size() - age::tag_bytes);
    if (!chunks.open(other, sealed, unused)) return "bytes in it were changed, or its end is missing";
    return tried == age::Place::last ? "it is truncated" : "data follows its end";
  }

  std::string name;
  ChunkReader from;
  age::Chunks chunks;
  std::vector<std::uint8_t> plain;
  std::size_t at = 0;
  bool finished = false;
};

AgeSource::AgeSource(std::unique_ptr<Source> from, const std::vector<AgeIdentity>& identities, std::string name)
    : impl_(std::make_unique<Impl>(std::move(from), identities, std::move(name))) {}

AgeSource::~AgeSource() = default;

std::size_t AgeSource::read(std::span<std::uint8_t> into) {
  auto& impl = *impl_;
  if (impl.at == impl.plain.size() && !impl.finished) impl.open_next();
  const auto n = std::min(into.size(), impl.plain.size() - impl.at);
  std::copy_n(impl.plain.begin() + static_cast<std::ptrdiff_t>(impl.at), n, into.begin());
  impl.at += n;
  return n;
}

std::unique_ptr<Source> decrypted(std::unique_ptr<Source> from, const std::vector<AgeIdentity>& identities,
                                  const std::string& name) {
  if (identities.empty())
    throw Error(ErrorKind::config, "'" + name + "' is encrypted, and no identity is given",
                "give the file that age-keygen wrote: --identity-file=FILE");
  return std::make_unique<AgeSource>(std::move(from), identities, name);
}

bool is_age(std::span<const std::uint8_t> first_bytes) noexcept {
  return first_bytes.size() >= age::first_line.size() &&
         std::equal(age::first_line.begin(), age::first_line.end(), first_bytes.begin());
}

}  // namespace sidekick::filters
