#include "agent/cli/zone_name.hpp"

#include <filesystem>

namespace sidekick::cli {

namespace fs = std::filesystem;

std::string zone_name(const config::Environment& environment, const std::string& localtime) {
  if (const auto found = environment.find("TZ"); found != environment.end()) return found->second;
  std::error_code ignored;
  if (!fs::is_regular_file(localtime, ignored)) return {};
  constexpr std::string_view database = "/zoneinfo/";
  const auto target = fs::read_symlink(localtime, ignored).string();
  const auto at = target.rfind(database);
  if (at == std::string::npos) return localtime;
  auto name = target.substr(at + database.size());
  return fs::is_regular_file("/usr/share/zoneinfo/" + name, ignored) ? name : localtime;
}

}  // namespace sidekick::cli
