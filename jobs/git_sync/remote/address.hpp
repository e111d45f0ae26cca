/// Parses the URL of a remote.
#pragma once

#include <string>

#include "sidekick/url.hpp"

namespace sidekick::git_sync {

struct RemoteAddress {
  enum class Kind { http, git, ssh, local };
  Kind kind = Kind::local;
  Url url;           ///< of all but local; the path of one like user@host:path has no leading slash
  std::string path;  ///< as git-upload-pack gets it (decoded), or on this machine
};

/// Parses every URL that git accepts: http, https, git, ssh (git+ssh, ssh+git), file, user@host:path, and paths. Throws
/// Error of kind config.
RemoteAddress parse_address(const std::string& text);

/// What to say where an address without a scheme cannot be reached, and looks as if its scheme was forgotten:
/// "taken for an ssh address …"; else empty.
std::string hint_of_missing_scheme(const std::string& text);

}  // namespace sidekick::git_sync
