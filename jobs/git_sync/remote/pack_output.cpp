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
      remember(content);
      return;
    case '\3':
      throw failure(content);
    default:
      throw malformed("its pack");
  }
}

void PackOutput::remember(std::string_view text) {
  constexpr std::size_t max_bytes = 2048;
  said_ += text;
  if (said_.size() > max_bytes) said_.erase(0, said_.size() - max_bytes);
}

Error PackOutput::failure(std::string_view text) const {
  const auto error = server_error(text);
  const auto before = last_complaint(said_);
  return {error.kind(), error.message() + (before.empty() ? "" : ", and before that '" + before + "'"), error.hint()};
}

void PackOutput::check_count() const {
  std::uint64_t count = 0;
  for (const char byte : header_.substr(header_bytes - 4)) count = count << 8U | static_cast<unsigned char>(byte);
  if (count > max_objects_)
    throw Error(ErrorKind::data,
                "the server sends " + std::to_string(count) + " objects, more than the " +
                    std::to_string(max_objects_) + " that are allowed",
                "--max-objects allows more; --depth=1 needs fewer");
}

void PackOutput::data(std::string_view bytes) {
  received_bytes_ += bytes.size();
  if (objects_ == Objects::unknown) {
    const auto missing = std::min(header_bytes - header_.size(), bytes.size());
    header_ += bytes.substr(0, missing);
    bytes.remove_prefix(missing);
    if (header_.size() < header_bytes) return;
    if (!header_.starts_with("PACK")) throw malformed("its pack");
    check_count();
    objects_ = header_.ends_with(std::string_view("\0\0\0\0", 4)) ? Objects::none : Objects::some;
    if (objects_ == Objects::some) sink_.write(std::as_bytes(std::span(header_)));
  }
  if (objects_ == Objects::some && !bytes.empty()) sink_.write(std::as_bytes(std::span(bytes)));
}

}  // namespace sidekick::git_sync
