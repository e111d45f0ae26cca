/// Guesses what a user meant by a folder without a dump. Nothing here throws an Error: it is for hints.
#pragma once

#include <string>

namespace sidekick::mongo {

/// An archive in the folder, or an empty text.
std::string archive_in(const std::string& folder);

/// Names a dump in a subfolder or an archive in the folder; an empty text where there is neither.
std::string where_instead(const std::string& folder);

}  // namespace sidekick::mongo
