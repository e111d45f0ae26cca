/// The attribute `ident`: the name of a blob in the file.
#pragma once

#include <string>
#include <string_view>

#include "git_sync/object_id.hpp"

namespace sidekick::git_sync {

/// `text` with each "$Id$", and each "$Id: …$" that git may have written, as "$Id: <blob> $" (gitattributes, "ident").
std::string with_ident(std::string_view text, const ObjectId& blob);

}  // namespace sidekick::git_sync
