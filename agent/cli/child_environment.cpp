#include "agent/cli/child_environment.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "agent/cli/commands.hpp"

namespace sidekick::cli {

namespace {

using config::Schema;
using config::Secrecy;
using config::Setting;

constexpr std::string_view own_prefix = "SIDEKICK_";

/// The endpoint of a task's or pod's role asks for it; no setting of ours has it.
constexpr std::string_view role_token = "AWS_CONTAINER_AUTHORIZATION_TOKEN";

/// True where a password may stand before an '@', or in an option of the URL; also for what `exec:` is to run.
bool may_hold_password(std::string_view text) {
  if (text.find("exec:") != std::string_view::npos || text.find("assword=") != std::string_view::npos) return true;
  const auto at = text.rfind('@');
  if (at == std::string_view::npos) return false;
  auto before = text.substr(0, at);
  for (auto scheme = before.find("://"); scheme != std::string_view::npos; scheme = before.find("://"))
    before.remove_prefix(scheme + 3);
  return before.find(':') != std::string_view::npos;
}

std::set<std::string, std::less<>> secret_names(const Schema& schema, PeerSecrets peers) {
  std::set<std::string, std::less<>> out;
  if (peers == PeerSecrets::dropped) out.emplace(role_token);
  const auto add_own = [&](const Setting& setting) {
    for (const auto name : {setting.name, setting.alias})
      if (!name.empty()) out.insert(config::environment_name(name));
  };
  // Commands share the environment of a container.
  for (const auto* command : commands()) {
    if (command->schema == nullptr) continue;
    for (const auto& setting : command->schema().settings)
      if (setting.secrecy == Secrecy::secret) add_own(setting);
  }
  for (const auto& setting : schema.settings) {
    if (setting.secrecy != Secrecy::secret) continue;
    add_own(setting);
    if (peers == PeerSecrets::kept) continue;
    for (const auto& variable : config::peer_variables(setting)) out.emplace(variable.name);
  }
  return out;
}

}  // namespace

Setting pass_environment_setting(std::string_view group) {
  return {.name = "pass-environment",
          .help =
              "let the commands that this runs inherit the secrets of sidekick as well (passwords, keys and tokens in "
              "SIDEKICK_* variables, and URLs with a password); without it they are removed from the environment of "
              "these commands",
          .group = group,
          .arity = config::Arity::flag};
}

std::vector<std::string> child_environment(const Schema& schema, const config::Values& values,
                                           const config::Environment& environment, PeerSecrets peers) {
  const bool all = values.flag("pass-environment");
  const auto secrets = secret_names(schema, peers);
  std::vector<std::string> out;
  for (const auto& [name, value] : environment) {
    const bool is_secret = secrets.contains(name) || (name.starts_with(own_prefix) && may_hold_password(value));
    if (all || !is_secret) out.emplace_back(name).append("=").append(value);
  }
  return out;
}

}  // namespace sidekick::cli
