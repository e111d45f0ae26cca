#include "git_sync/remote/pack_output.hpp"

#include <algorithm>

#include "git_sync/remote/protocol_error.hpp"

namespace sidekick::git_sync {

namespace {

// "PACK", the version, and the number of objects.
constexpr std::size_t header_bytes = 12;

}  // namespace

void PackOutput::band(std::string_view payload) {
  if (payload.empty()) throw malformed("its pack");
  const auto content = payload.substr(1);
  switch (payload[0]) {
    case '\1':
      return data(content);
    case '\2':
      return;
    case '\3':
      throw server_error(content);
    default:
      throw malformed("its pack");
  }
}

void PackOutput::data(std::string_view bytes) {
  received_bytes_ += bytes.size();
  if (objects_ == Objects::unknown) {
    const auto missing = std::min(header_bytes - header_.size(), bytes.size());
    header_ += bytes.substr(0, missing);
    bytes.remove_prefix(missing);
    if (header_.size() < header_bytes) return;
    if (!header_.starts_with("PACK")) throw malformed("its pack");
    objects_ = header_.ends_with(std::string_view("\0\0\0\0", 4)) ? Objects::none : Objects::some;
    if (objects_ == Objects::some) sink_.write(std::as_bytes(std::span(header_)));
  }
  if (objects_ == Objects::some && !bytes.empty()) sink_.write(std::as_bytes(std::span(bytes)));
}

}  // namespace sidekick::git_sync
