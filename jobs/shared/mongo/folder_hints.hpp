/// What may have been meant where a folder holds no dump. Nothing here throws an Error: it is for hints.
#pragma once

#include <string>

namespace sidekick::mongo {

/// An archive that lies in the folder, or an empty text.
std::string archive_in(const std::string& folder);

/// Tells of a dump further down or an archive in the folder; an empty text where there is neither.
std::string where_instead(const std::string& folder);

}  // namespace sidekick::mongo
