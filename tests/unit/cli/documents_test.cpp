// Documents beside the help, compared with the schemas of the commands.
#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include "agent/cli/backup/admin_command.hpp"
#include "agent/cli/commands.hpp"
#include "agent/cli/git_sync/rollback_command.hpp"
#include "agent/cli/seed/admin_command.hpp"

using namespace sidekick;

namespace fs = std::filesystem;

namespace {

using Flags = std::set<std::string>;

const fs::path source_dir = SIDEKICK_SOURCE_DIR;

std::string content_of(const fs::path& path) {
  std::ifstream file(path);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The README files of the sources, not those of build folders or hidden ones.
std::vector<fs::path> readmes() {
  std::vector<fs::path> out;
  for (auto it = fs::recursive_directory_iterator(source_dir); it != fs::recursive_directory_iterator(); ++it) {
    const auto name = it->path().filename().string();
    if (it->is_directory() && (name == "build" || name.starts_with('.'))) it.disable_recursion_pending();
    if (it->is_regular_file() && name == "README.md") out.push_back(it->path());
  }
  return out;
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_flag_char(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '-';
}

/// Every "--word" in `text`, the dashes included.
Flags flags_in(const std::string& text) {
  Flags out;
  for (std::size_t at = text.find("--"); at != std::string::npos; at = text.find("--", at + 1)) {
    if (at > 0 && (is_flag_char(text[at - 1]) || text[at - 1] == '<')) continue;
    std::size_t end = at + 2;
    if (end >= text.size() || !is_letter(text[end])) continue;
    while (end < text.size() && is_flag_char(text[end])) end++;
    out.insert(text.substr(at, end - at));
  }
  return out;
}

void add_flags_of(const config::Schema& schema, Flags& out) {
  for (const auto& setting : schema.settings) {
    out.insert("--" + std::string(setting.name));
    if (!setting.alias.empty()) out.insert("--" + std::string(setting.alias));
    if (setting.has_file_twin()) out.insert("--" + std::string(setting.name) + "-file");
  }
}

Flags our_flags() {
  Flags out;
  for (const auto* command : cli::commands())
    if (command->schema) add_flags_of(command->schema(), out);
  for (const auto& schema : cli::backup_admin_schemas()) add_flags_of(schema, out);
  for (const auto& schema : cli::git_sync_admin_schemas()) add_flags_of(schema, out);
  for (const auto& schema : cli::seed_admin_schemas()) add_flags_of(schema, out);
  return out;
}

/// Flags of other programs that occur in the examples, and the program.
const std::map<std::string, std::string> flags_of_others{
    {"--binary", "docker/build"},
    {"--build", "cmake"},
    {"--detach", "docker service scale"},
    {"--force", "docker service update"},
    {"--preset", "cmake"},
    {"--resolve-image", "docker stack deploy"},
    {"--single-transaction", "psql"},
    {"--tag", "docker build"},
    {"--file", "psql"},
    {"--host", "psql"},
    {"--username", "psql"},
    {"--depth", "git clone"},
    {"--foo-bar", "stands for any flag"},
};

}  // namespace

TEST_CASE("every flag that a README names exists") {
  const auto ours = our_flags();
  Flags named;
  for (const auto& readme : readmes()) {
    const auto flags = flags_in(content_of(readme));
    named.insert(flags.begin(), flags.end());
    for (const auto& flag : flags) {
      CAPTURE(readme, flag);
      CHECK((ours.contains(flag) || flags_of_others.contains(flag)));
    }
  }
  CHECK(named.contains("--verify"));
  for (const auto& [flag, program] : flags_of_others) {
    CAPTURE(flag, program);
    CHECK(named.contains(flag));
  }
}

TEST_CASE("the build installs a manual page for every command that has one") {
  const auto build = content_of(source_dir / "agent/CMakeLists.txt");
  const auto begin = build.find("set(manual_pages");
  REQUIRE(begin != std::string::npos);
  const auto pages = build.substr(begin, build.find("install(CODE", begin) - begin);
  const auto check = [&](const config::Schema& schema) {
    const auto name = std::string(schema.command);
    CAPTURE(name);
    const auto item = name.find(' ') == std::string::npos ? " " + name : "\"" + name + "\"";
    CHECK((pages.find(item + " ") != std::string::npos || pages.find(item + "\n") != std::string::npos ||
           pages.find(item + ")") != std::string::npos));
    CHECK(schema.find("man"));
  };
  for (const auto* command : cli::commands())
    if (command->schema) check(command->schema());
  for (const auto& schema : cli::backup_admin_schemas()) check(schema);
  for (const auto& schema : cli::git_sync_admin_schemas()) check(schema);
  for (const auto& schema : cli::seed_admin_schemas()) check(schema);
}

TEST_CASE("the README of the project is at most 9 KB") {
  CHECK(fs::file_size(source_dir / "README.md") <= 9000);
}
