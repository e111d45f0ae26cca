#include "agent/config/unknown.hpp"

#include <algorithm>
#include <set>

namespace sidekick::config {

namespace {

constexpr std::string_view prefix = "SIDEKICK_";

struct Known {
  std::set<std::string, std::less<>> ours;
  std::set<std::string, std::less<>> peers;
};

Known known_variables(const Schema& schema) {
  Known out;
  for (const auto& setting : schema.settings) {
    for (const auto name : {setting.name, setting.alias}) {
      if (name.empty()) continue;
      out.ours.insert(environment_name(name));
      if (setting.has_file_twin()) out.ours.insert(environment_name(name) + "_FILE");
    }
    for (const auto& variable : peer_variables(setting))
      if (is_named_for_peer(variable.name)) out.peers.emplace(variable.name);
  }
  return out;
}

/// GIT_SYNC_SERVICE_HOST, GIT_SYNC_PORT_80_TCP and the like: variables of a service of that name.
bool describes_service(std::string_view variable) {
  for (const std::string_view peer : {"GITSYNC_", "GIT_SYNC_"})
    if (variable.starts_with(peer) &&
        (variable.substr(peer.size()).starts_with("PORT") || variable.substr(peer.size()).starts_with("SERVICE_")))
      return true;
  return false;
}

std::string unknown(const std::string& name, const std::set<std::string, std::less<>>& known) {
  std::string warning = "variable " + name + " is ignored: no setting has that name";
  if (const auto near = nearest(name, {known.begin(), known.end()}); !near.empty())
    warning.append(", the nearest is ").append(near);
  return warning;
}

}  // namespace

bool is_injected_link(std::string_view variable, std::string_view text) {
  return variable == "SIDEKICK_PORT" && (text.starts_with("tcp://") || text.starts_with("udp://"));
}

std::vector<std::string> unknown_variables(const Schema& schema, const Environment& environment) {
  const auto known = known_variables(schema);
  std::vector<std::string> warnings;
  for (const auto& [name, text] : environment) {
    if (is_injected_link(name, text))
      warnings.push_back("variable " + name + " is ignored: it is a service link of Kubernetes");
    else if (name.starts_with(prefix) && !known.ours.contains(name))
      warnings.push_back(unknown(name, known.ours));
    else if (!known.peers.empty() && is_named_for_peer(name) && !known.peers.contains(name) && !describes_service(name))
      warnings.push_back(unknown(name, known.peers));
  }
  return warnings;
}

}  // namespace sidekick::config
