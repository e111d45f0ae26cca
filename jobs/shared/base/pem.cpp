#include "sidekick/pem.hpp"

#include "sidekick/lines.hpp"

namespace sidekick {

std::string damage_of_pem(std::string_view text) {
  constexpr std::string_view begin = "-----BEGIN ";
  constexpr std::string_view dashes = "-----";
  const auto at = text.find(begin);
  if (at == std::string_view::npos) return {};
  const auto label_end = text.find(dashes, at + begin.size());
  if (label_end == std::string_view::npos) return "its first line is incomplete";
  const auto rest = text.substr(label_end + dashes.size());
  if (rest.starts_with("\\n") || rest.starts_with("\\r")) return "its line breaks are written as \\n";
  if (rest.find("-----END ") == std::string_view::npos) return "its last line is missing";
  if (!rest.starts_with('\n') && !rest.starts_with("\r\n")) return "its line breaks are missing";
  for (auto left = text.substr(at); !left.empty();) {
    const auto line = take_line(left);
    if (line.starts_with(' ') || line.starts_with('\t')) return "its lines are indented";
    if (line.starts_with("-----END ")) break;
  }
  return {};
}

}  // namespace sidekick
