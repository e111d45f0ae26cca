/// The text of a .gitattributes, read as git reads it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sidekick::git_sync {

/// One line that counts for git: a pattern, or the name of a macro after "[attr]", and what it sets.
struct AttributeLine {
  std::string pattern;              ///< without quotes
  std::vector<std::string> states;  ///< "text", "-text", "!eol", "eol=crlf"
};

enum class Macros { allowed, ignored };

struct AttributeLines {
  std::vector<AttributeLine> lines;
  std::vector<std::string> negative;  ///< patterns with a leading "!", which git ignores with a warning
};

/// Reads `text` (gitattributes, "DESCRIPTION"). Lines that git ignores are left out: negative patterns, names of
/// attributes that are not valid, macros where they are not allowed (below the top of a repository).
AttributeLines read_attributes(std::string_view text, Macros macros);

/// What attributes_for_libgit2() calls `ident`: libgit2 would replace only the first mark of a file.
inline constexpr const char* ident_for_libgit2 = "sidekick-ident";

/// The lines as libgit2 understands them: it knows no quotes, but a backslash before a blank.
std::string attributes_for_libgit2(const std::vector<AttributeLine>& lines);

}  // namespace sidekick::git_sync
