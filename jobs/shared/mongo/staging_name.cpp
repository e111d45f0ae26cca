#include "mongo/staging_name.hpp"

#include <algorithm>

#include "sidekick/hex.hpp"

namespace sidekick::mongo {

namespace {

constexpr std::string_view prefix = "sk_";
constexpr std::size_t id_digits = 32;
constexpr std::size_t longest_seed = 20;

bool is_number(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// Cuts off what follows the last `mark`, and returns it; nothing, which is no number and no id, without one.
std::string_view cut_last(std::string_view& text, char mark) noexcept {
  const auto at = text.rfind(mark);
  if (at == std::string_view::npos) return {};
  const auto last = text.substr(at + 1);
  text = text.substr(0, at);
  return last;
}

}  // namespace

std::string staging_name(std::string_view seed, std::uint64_t number, std::string_view id, std::size_t position) {
  std::string out(prefix);
  out.append(seed.substr(0, longest_seed)).append("_").append(std::to_string(number)).append("-").append(id);
  return out.append("_").append(std::to_string(position));
}

bool is_staging_name(std::string_view collection) noexcept {
  if (!collection.starts_with(prefix)) return false;
  collection.remove_prefix(prefix.size());
  if (!is_number(cut_last(collection, '_')) || !is_hex(cut_last(collection, '-'), id_digits)) return false;
  return is_number(cut_last(collection, '_')) && !collection.empty();
}

}  // namespace sidekick::mongo
