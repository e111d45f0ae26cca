/// Which of our variables the commands get that a job runs for its user: hooks, and the source `exec:`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/config/resolve.hpp"

namespace sidekick::cli {

/// The flag that hands on everything.
config::Setting pass_environment_setting(std::string_view group);

/// What to do with a secret that came by a variable of a peer, such as AWS_SECRET_ACCESS_KEY.
enum class PeerSecrets {
  kept,     ///< a command that the peer runs finds it too
  dropped,  ///< it is ours: it opens our storage
};

/// The environment for such commands, "NAME=value": every variable, except those that hold a secret of ours, unless
/// --pass-environment is given. A variable holds a secret where its setting is one, in `schema` or in that of another
/// command, or where it begins with SIDEKICK_ and its value is a URL with a password or a command line. The _FILE twins
/// stay: the name of a file is no secret. Pure.
std::vector<std::string> child_environment(const config::Schema& schema, const config::Values& values,
                                           const config::Environment& environment, PeerSecrets peers);

}  // namespace sidekick::cli
