#include "agent/config/describe.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "agent/cli/backup/admin_command.hpp"
#include "agent/cli/commands.hpp"
#include "agent/cli/git_sync/rollback_command.hpp"
#include "agent/cli/seed/admin_command.hpp"
#include "tests/unit/support/temporary_folder.hpp"

using namespace sidekick;
using namespace sidekick::config;

namespace {

std::vector<Schema> all_schemas() {
  std::vector<Schema> out;
  for (const auto* command : cli::commands())
    if (command->schema) out.push_back(command->schema());
  for (auto& schema : cli::backup_admin_schemas()) out.push_back(std::move(schema));
  for (auto& schema : cli::git_sync_admin_schemas()) out.push_back(std::move(schema));
  for (auto& schema : cli::seed_admin_schemas()) out.push_back(std::move(schema));
  return out;
}

/// The lines of a help that describe a flag.
std::size_t flags_shown(const std::string& text) {
  std::istringstream lines(text);
  std::size_t shown = 0;
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("  -") || line.starts_with("      --")) shown++;
  return shown;
}

}  // namespace

TEST_CASE("no command has two settings of one name, letter or variable") {
  for (const auto& schema : all_schemas()) {
    std::map<std::string, int> names;
    for (const auto& setting : schema.settings) {
      names["--" + std::string(setting.name)]++;
      names[environment_name(setting.name)]++;
      if (setting.has_file_twin()) names[environment_name(setting.name) + "_FILE"]++;
      if (setting.short_name) names[std::string(1, setting.short_name)]++;
      if (!setting.alias.empty()) names["--" + std::string(setting.alias)]++;
    }
    for (const auto& [name, count] : names) {
      CAPTURE(name);
      CHECK(count == 1);
    }
  }
}

TEST_CASE("every setting has a help, a group, and a name for its value if it takes one") {
  for (const auto& schema : all_schemas())
    for (const auto& setting : schema.settings) {
      CAPTURE(setting.name);
      CHECK_FALSE(setting.help.empty());
      CHECK_FALSE(setting.group.empty());
      CHECK(setting.value_name.empty() == (setting.arity == Arity::flag));
    }
}

TEST_CASE("the short help shows at most ten flags and where the others are") {
  for (const auto& schema : all_schemas()) {
    CAPTURE(schema.command);
    const auto text = help(schema, Extent::first);
    const auto shown = flags_shown(text);
    CHECK(shown >= 3);
    CHECK(shown <= 10);
    const bool is_all = schema.first.empty();
    CHECK((text.find("--help-all' shows all of them") == std::string::npos) == is_all);
    if (is_all) continue;
    CHECK(shown == schema.first.size());
    CHECK(schema.find("help-all"));
    for (const auto name : schema.first) {
      CAPTURE(name);
      REQUIRE(schema.find(name));
      CHECK(text.find(flag_syntax(*schema.find(name))) != std::string::npos);
    }
  }
}

TEST_CASE("each paragraph of a description begins at the left and is filled to the right column") {
  std::string words = "first";
  for (int i = 0; i < 30; i++) words += " paragraph";
  const auto text = words + "\n\n" + words;
  const auto shown =
      help({.command = "test", .summary = "", .arguments = "", .description = text, .settings = {}, .file_keys = {}},
           Extent::all);
  std::string filled = "first";
  while (filled.size() + 10 <= 100) filled += " paragraph";
  const auto at = shown.find(filled + "\nparagraph");
  CHECK(at != std::string::npos);
  CHECK(shown.find("\n\n" + filled + "\nparagraph", at + 1) != std::string::npos);
}

TEST_CASE("the whole help shows every flag and fits a hundred columns") {
  for (const auto& schema : all_schemas()) {
    const auto text = help(schema, Extent::all);
    for (const auto& setting : schema.settings) CHECK(text.find(flag_syntax(setting)) != std::string::npos);
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      CAPTURE(line);
      CHECK(line.size() <= 100);
      CHECK(std::ranges::all_of(line, [](char c) { return c >= ' ' && c <= '~'; }));  // roff takes no more either
    }
  }
}

TEST_CASE("the man page names every flag and begins no line of text with a request") {
  for (const auto& schema : all_schemas()) {
    const auto text = man_page(schema, "1.2.3");
    CHECK(text.starts_with(".TH SIDEKICK-"));
    for (const auto& setting : schema.settings)
      CHECK(text.find(".B " + environment_name(setting.name)) != std::string::npos);
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with('.')) {
        CAPTURE(line);
        CHECK((line.starts_with(".TH ") || line.starts_with(".SH ") || line == ".TP" || line.starts_with(".B ")));
      }
  }
}

TEST_CASE("bash takes the completion and completes a flag") {
  const test::TemporaryFolder folder;
  const auto script = folder.file("completion", bash_completion({"restore", "help"}, all_schemas()));
  const std::string command = "bash -c 'source " + script +
                              "; COMP_WORDS=(sidekick restore --dro); COMP_CWORD=2; _sidekick sidekick; "
                              "[[ ${COMPREPLY[*]} == --drop ]] && COMP_WORDS=(sidekick re) COMP_CWORD=1 && "
                              "_sidekick sidekick && [[ ${COMPREPLY[*]} == restore ]]'";
  CHECK(std::system(command.c_str()) == 0);
}

TEST_CASE("the values in force are shown with their source and without secrets") {
  const Schema schema{.command = "test",
                      .summary = "",
                      .arguments = "",
                      .description = "",
                      .settings = {{.name = "uri", .secrecy = Secrecy::url},
                                   {.name = "password", .secrecy = Secrecy::secret},
                                   {.name = "port"},
                                   {.name = "drop", .arity = Arity::flag},
                                   {.name = "retry-for", .fallback = "5m"}},
                      .file_keys = {}};
  const auto settings = resolve(schema, {"--drop", "mongodb://u:hunter2@i/"},
                                {{"SIDEKICK_URI", "mongodb://u:hunter2@h/db"}, {"SIDEKICK_PASSWORD", "hunter2"}});
  CHECK(print_config(schema, settings) ==
        "uri = mongodb://h/db  (environment SIDEKICK_URI)\n"
        "password = ***  (environment SIDEKICK_PASSWORD)\n"
        "port = none  (default)\n"
        "drop = true  (flag --drop)\n"
        "retry-for = 5m  (default)\n"
        "argument = mongodb://i/  (flag)\n");
}
