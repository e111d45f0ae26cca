#include "git_sync/remote/object_filter.hpp"

#include <charconv>
#include <limits>

namespace sidekick::git_sync {

namespace {

std::optional<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t size = 0;
  const auto* end = text.data() + text.size();
  const auto [rest, failure] = std::from_chars(text.data(), end, size);
  if (failure != std::errc()) return {};
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  unsigned shift = 0;
  if (unit == "k" || unit == "K")
    shift = 10;
  else if (unit == "m" || unit == "M")
    shift = 20;
  else if (unit == "g" || unit == "G")
    shift = 30;
  else if (!unit.empty())
    return {};
  if (size > std::numeric_limits<std::uint64_t>::max() >> shift) return {};
  return size << shift;
}

}  // namespace

std::optional<ObjectFilter> ObjectFilter::parse(std::string_view text) {
  constexpr std::string_view limit = "blob:limit=";
  if (text.empty()) return ObjectFilter{};
  if (text == "blob:none") return ObjectFilter{Trees::sent, 0};
  if (text == "tree:0") return ObjectFilter{Trees::left_out, 0};
  if (!text.starts_with(limit)) return {};
  const auto size = parse_size(text.substr(limit.size()));
  if (!size) return {};
  return ObjectFilter{Trees::sent, size};
}

}  // namespace sidekick::git_sync
