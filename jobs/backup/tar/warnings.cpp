#include "backup/tar/warnings.hpp"

namespace sidekick::backup::tar {

namespace {

constexpr std::size_t max_texts = 20;

/// How many bytes the character at the front of `text` has in UTF-8; 0 where there is none.
std::size_t character_bytes(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xf0 && first < 0xf5 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return 0;
  for (const char c : text.substr(1, size - 1))
    if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) return 0;
  return size;
}

}  // namespace

std::string printable(std::string_view name) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  while (!name.empty()) {
    const auto byte = static_cast<unsigned char>(name.front());
    const auto size = character_bytes(name);
    if (size == 0 || byte < 0x20 || byte == 0x7f) {
      out.append("\\x").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
      name.remove_prefix(1);
    } else {
      out.append(name.substr(0, size));
      name.remove_prefix(size);
    }
  }
  return out;
}

void Warnings::changed(std::string text) {
  consistent_ = false;
  left_out(std::move(text));
}

void Warnings::left_out(std::string text) {
  if (texts_.size() < max_texts)
    texts_.push_back(std::move(text));
  else
    more_++;
}

std::vector<std::string> Warnings::list() const {
  auto out = texts_;
  if (more_ > 0) out.push_back("and " + std::to_string(more_) + " more like these");
  return out;
}

}  // namespace sidekick::backup::tar
