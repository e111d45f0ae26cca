#include "git_sync/publish/ident.hpp"

#include <algorithm>

namespace sidekick::git_sync {

namespace {

/// The bytes from after the first "$" to after the last one of a mark that is to be replaced; 0 for any other text.
std::size_t mark_size(std::string_view after_dollar) {
  if (after_dollar.starts_with("Id$")) return 3;
  if (!after_dollar.starts_with("Id:")) return 0;
  const auto end = after_dollar.find('$', 3);
  if (end == std::string_view::npos) return 0;
  const auto inside = after_dollar.substr(3, end - 3);
  if (inside.find('\n') != std::string_view::npos) return 0;
  // More than one word comes from another version control system, and is kept.
  const auto blank = inside.find(' ', 1);
  return blank != std::string_view::npos && blank + 1 < inside.size() ? 0 : end + 1;
}

}  // namespace

std::string with_ident(std::string_view text, const ObjectId& blob) {
  std::string out;
  out.reserve(text.size() + 64);
  while (!text.empty()) {
    const auto dollar = std::min(text.find('$'), text.size() - 1) + 1;
    out += text.substr(0, dollar);
    text.remove_prefix(dollar);
    const auto size = out.back() == '$' ? mark_size(text) : 0;
    if (size == 0) continue;
    out.append("Id: ").append(blob.hex()).append(" $");
    text.remove_prefix(size);
  }
  return out;
}

}  // namespace sidekick::git_sync
