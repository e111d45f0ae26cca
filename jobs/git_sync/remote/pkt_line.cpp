#include "git_sync/remote/pkt_line.hpp"

#include <array>
#include <charconv>

#include "git_sync/remote/server_error.hpp"
#include "sidekick/error.hpp"
#include "sidekick/hex.hpp"

namespace sidekick::git_sync {

namespace {

constexpr std::size_t header_bytes = 4;
constexpr std::size_t max_line_bytes = 65'520;

Error not_git() {
  return {ErrorKind::data, "its answer is not git's protocol", "check that the URL is that of a git repository"};
}

std::size_t length_of(std::string_view header) {
  std::size_t length = 0;
  const auto* end = header.data() + header_bytes;
  const auto [stopped, failure] = std::from_chars(header.data(), end, length, 16);
  if (failure != std::errc() || stopped != end || length == 3 || length > max_line_bytes) throw not_git();
  return length;
}

}  // namespace

std::string_view PktLine::text() const {
  return payload.ends_with('\n') ? payload.substr(0, payload.size() - 1) : payload;
}

void append_pkt(std::string& out, std::string_view payload) {
  const auto length = payload.size() + header_bytes;
  for (const auto shift : {12U, 8U, 4U, 0U}) out += hex_digits[(length >> shift) & 15U];
  out += payload;
}

void append_flush(std::string& out) {
  out += "0000";
}

void append_delim(std::string& out) {
  out += "0001";
}

std::size_t PktSplitter::whole_line(std::string_view bytes) {
  if (bytes.size() < header_bytes) return 0;
  const auto length = std::max(length_of(bytes), header_bytes);
  return bytes.size() < length ? 0 : length;
}

Reading PktSplitter::hand_on(std::string_view line) {
  constexpr std::array special{PktLine::Kind::flush, PktLine::Kind::delim, PktLine::Kind::response_end};
  const auto length = length_of(line);
  if (length < special.size()) return reader_.line({special[length], {}});
  const PktLine data{PktLine::Kind::data, line.substr(header_bytes)};
  if (data.payload.starts_with("ERR ")) throw server_error(data.payload.substr(4));
  return reader_.line(data);
}

Reading PktSplitter::feed(std::span<const std::byte> bytes) {
  std::string_view view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  // Completes a line that began in an earlier piece first; all others are read in place.
  while (reading_ == Reading::goes_on && !rest_.empty() && !view.empty()) {
    const auto wanted = rest_.size() < header_bytes ? header_bytes : length_of(rest_);
    const auto missing = std::min(std::max(wanted, header_bytes) - rest_.size(), view.size());
    rest_ += view.substr(0, missing);
    view.remove_prefix(missing);
    if (whole_line(rest_) == 0) continue;
    reading_ = hand_on(rest_);
    rest_.clear();
  }
  while (reading_ == Reading::goes_on) {
    const auto size = whole_line(view);
    if (size == 0) break;
    reading_ = hand_on(view.substr(0, size));
    view.remove_prefix(size);
  }
  if (reading_ == Reading::goes_on) rest_ += view;
  return reading_;
}

}  // namespace sidekick::git_sync
