/// The text of a .gitattributes, read as git reads it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sidekick::git_sync {

/// One line that git uses: a pattern, or the name of a macro after "[attr]", and the attributes it sets.
struct AttributeLine {
  std::string pattern;              ///< without quotes
  std::vector<std::string> states;  ///< "text", "-text", "!eol", "eol=crlf"
};

enum class Macros { allowed, ignored };

struct AttributeLines {
  std::vector<AttributeLine> lines;
  std::vector<std::string> negative;  ///< patterns with a leading "!", which git ignores with a warning
};

/// Reads `text` (gitattributes, "DESCRIPTION"). Skips lines that git ignores: negative patterns, invalid attribute
/// names, macros where they are not allowed (below the top of a repository).
AttributeLines read_attributes(std::string_view text, Macros macros);

/// The name of `ident` in attributes_for_libgit2(): libgit2 would replace only the first mark of a file.
inline constexpr const char* ident_for_libgit2 = "sidekick-ident";

/// The lines in the syntax of libgit2, which has no quotes, but a backslash before a blank.
std::string attributes_for_libgit2(const std::vector<AttributeLine>& lines);

}  // namespace sidekick::git_sync
