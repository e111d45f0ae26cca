#include "git_sync/settings.hpp"

namespace sidekick::git_sync {

LinkedTarget::Access access_of(const Settings& settings) {
  const auto* linked = std::get_if<LinkedTarget>(&settings.target);
  return linked ? linked->access : LinkedTarget::Access::owner_writes;
}

mode_t folder_mode(LinkedTarget::Access access) {
  return access == LinkedTarget::Access::group_writes ? 0775 : 0755;
}

std::optional<mode_t> folder_mode(const Settings& settings) {
  if (!std::holds_alternative<LinkedTarget>(settings.target)) return {};
  return folder_mode(access_of(settings));
}

}  // namespace sidekick::git_sync
