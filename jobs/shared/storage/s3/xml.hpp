/// The XML that S3 answers with.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sidekick::storage::s3 {

/// An element without its attributes.
struct Element {
  std::string name;
  std::string text;
  std::vector<Element> children;

  const Element* child(std::string_view child_name) const noexcept;
  /// The text of the first child of that name; empty where there is none.
  std::string text_of(std::string_view child_name) const;
};

/// The root element; nothing where `text` is not XML, or is nested deeper than any answer of S3.
std::optional<Element> parse_xml(std::string_view text);

/// "2026-01-02T03:04:05.678Z"; nothing for other texts. Drops fractions of a second.
std::optional<std::chrono::sys_seconds> parse_time(std::string_view text);

}  // namespace sidekick::storage::s3
