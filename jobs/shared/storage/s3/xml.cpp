#include "storage/s3/xml.hpp"

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>

namespace sidekick::storage::s3 {

namespace {

constexpr int max_depth = 16;

/// The library is recursive, so deep nesting must not reach it.
bool is_flat(std::string_view text) {
  int depth = 0;
  for (auto at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    const char next = at + 1 < text.size() ? text[at + 1] : '\0';
    if (next == '/')
      depth--;
    else if (next != '?' && next != '!' && ++depth > max_depth)
      return false;
    const auto end = text.find('>', at);
    if (end != std::string_view::npos && text[end - 1] == '/') depth--;
  }
  return true;
}

Element element_of(const std::string& name, const boost::property_tree::ptree& tree) {
  Element out{name, tree.data(), {}};
  for (const auto& [child_name, child] : tree)
    if (!child_name.starts_with('<')) out.children.push_back(element_of(child_name, child));
  return out;
}

}  // namespace

const Element* Element::child(std::string_view child_name) const noexcept {
  const auto found = std::ranges::find(children, child_name, &Element::name);
  return found == children.end() ? nullptr : &*found;
}

std::string Element::text_of(std::string_view child_name) const {
  const auto* found = child(child_name);
  return found == nullptr ? "" : found->text;
}

std::optional<Element> parse_xml(std::string_view text) {
  if (!is_flat(text)) return {};
  std::istringstream in{std::string(text)};
  boost::property_tree::ptree tree;
  try {
    boost::property_tree::read_xml(in, tree, boost::property_tree::xml_parser::no_comments);
  } catch (const boost::property_tree::xml_parser_error&) {
    return {};
  }
  if (tree.empty()) return {};
  return element_of(tree.begin()->first, tree.begin()->second);
}

std::optional<std::chrono::sys_seconds> parse_time(std::string_view text) {
  std::array<int, 6> parts{};
  constexpr std::array<std::size_t, 6> at{0, 5, 8, 11, 14, 17};
  for (std::size_t i = 0; i < parts.size(); i++) {
    const std::size_t digits = i == 0 ? 4 : 2;
    if (text.size() < at[i] + digits) return {};
    const auto* begin = text.data() + at[i];
    if (std::from_chars(begin, begin + digits, parts[i]).ptr != begin + digits) return {};
  }
  const auto date = std::chrono::year(parts[0]) / parts[1] / parts[2];
  if (!date.ok() || text[10] != 'T' || !text.ends_with('Z')) return {};
  return std::chrono::sys_days(date) + std::chrono::hours(parts[3]) + std::chrono::minutes(parts[4]) +
         std::chrono::seconds(parts[5]);
}

}  // namespace sidekick::storage::s3
