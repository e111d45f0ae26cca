// Whatever stands before an '@' is hidden, in all that every command prints of its settings.
#include <catch2/catch_test_macros.hpp>

#include "agent/cli/commands.hpp"
#include "tests/unit/support/call.hpp"

using namespace sidekick;
using namespace sidekick::test;

namespace {

using Words = std::vector<std::string>;

/// Part of every password here.
constexpr auto marker = "s3cr3t";

const Words beginnings{"mongodb://", "mongodb+srv://", "mongo://",  "http://",  "https://", "sftp://", "s3://",
                       "redis://",   "dir://",         "mongodb:/", "mongodb:", "//",       "",        "MONGODB://"};
const Words logins{"root:s3cr3t@", "root:s3cr3t@s3cr3t@", "root:s3cr3t/s3cr3t@", "root:s3cr3t:s3cr3t@",
                   ":s3cr3t@",     "root:a?s3cr3t#@",     "root:1/s3cr3t@"};
const Words ends{"127.0.0.1:1/db", "127.0.0.1", ""};

/// Every beginning and every login, but not with each other: thousands of runs would show no more.
Words all_forms() {
  Words out;
  for (std::size_t i = 0; i < beginnings.size(); i++)
    out.push_back(beginnings[i] + logins[i % logins.size()] + ends[i % ends.size()]);
  for (const auto& login : logins)
    for (const std::string beginning : {"mongodb://", ""}) out.push_back(beginning + login + ends.front());
  return out;
}

Words forms_for(const config::Setting& setting) {
  if (setting.secrecy == config::Secrecy::open) return {"mongo://root:s3cr3t/s3cr3t@h/db", "root:s3cr3t@s3cr3t@h"};
  return {"mongodb://root:s3cr3t/s3cr3t@127.0.0.1:1/db", "root:s3cr3t@127.0.0.1/db", "mongo://root:s3cr3t@s3cr3t@h",
          "mongodb:/root:s3cr3t:s3cr3t@h", "https://:s3cr3t@"};
}

/// What a command needs before it judges the rest.
Words needed(std::string_view command) {
  if (command == "backup") return {"--from=dir:/x", "--to=dir:/y"};
  if (command == "git-sync") return {"--repo=https://h/x.git", "--root=/x"};
  if (command == "wait") return {"tcp://127.0.0.1:1"};
  return {};
}

bool takes_value(const config::Setting& setting) {
  return setting.arity != config::Arity::flag && setting.arity != config::Arity::count;
}

void check_hidden(Words words, const Words& environment = {}) {
  words.insert(words.begin(), "sidekick");
  const auto ended = call(words, environment);
  CAPTURE(words, environment, ended.out, ended.err);
  CHECK(ended.out.find(marker) == std::string::npos);
  CHECK(ended.err.find(marker) == std::string::npos);
}

/// By flag, by variable, and where the name of a file is wanted.
void check_setting(const Words& command, const Words& rest, const config::Setting& setting, const Words& forms) {
  auto words = command;
  words.insert(words.end(), rest.begin(), rest.end());
  words.emplace_back("--print-config");
  const std::string name(setting.name);
  for (const auto& form : forms) {
    auto by_flag = words;
    by_flag.push_back("--" + name + "=" + form);
    check_hidden(by_flag);
    if (!setting.has_file_twin()) continue;
    check_hidden(words, {config::environment_name(name) + "=" + form});
    by_flag.back() = "--" + name + "-file=" + form;
    check_hidden(by_flag);
    check_hidden(words, {config::environment_name(name) + "_FILE=" + form});
  }
}

}  // namespace

TEST_CASE("no setting of any command shows the login of a URL that stands in it", "[secrets]") {
  for (const auto* command : cli::commands()) {
    if (command->schema == nullptr) continue;
    const std::string name(command->name);
    for (const auto& setting : command->schema().settings)
      if (takes_value(setting)) check_setting({name}, needed(name), setting, forms_for(setting));
  }
}

TEST_CASE("no command shows the login of a URL among its arguments", "[secrets]") {
  const Words switches{"--print-config", "--quiet"};
  for (const auto* command : cli::commands()) {
    const std::string name(command->name);
    for (const auto& form : all_forms()) {
      Words words{name};
      for (const auto& word : needed(name)) words.push_back(word);
      words.push_back(form);
      words.push_back(switches.front());
      check_hidden(words);
      words.insert(words.end() - 2, "x");
      check_hidden(words);
    }
  }
}

TEST_CASE("no command about backups shows the login of a URL", "[secrets]") {
  for (const Words& command : std::vector<Words>{
           {"backup", "list"}, {"backup", "show"}, {"backup", "fetch"}, {"backup", "prune"}, {"backup", "accept"}})
    for (const auto& form : all_forms()) {
      for (const std::string flag : {"--to=", "--s3-endpoint=", "--to-file="}) {
        auto words = command;
        words.insert(words.end(), {flag + form, "name", "--timeout=1s"});
        check_hidden(words);
        words.back() = "--print-config";
        check_hidden(words);
      }
      auto words = command;
      words.insert(words.end(), {"--to=dir:/nothing", form, form});
      check_hidden(words);
    }
}

TEST_CASE("a URL in the place of a command is not shown with its login", "[secrets]") {
  for (const auto& form : all_forms()) {
    check_hidden({form});
    check_hidden({"--uri=" + form});
    check_hidden({"help", form});
  }
}

TEST_CASE("what flags mean is not shown with a login when they are misspelt", "[secrets]") {
  for (const std::string form : {"mongodb://root:s3cr3t@h/", "root:s3cr3t@h"})
    for (const std::string command : {"restore", "dump", "backup", "git-sync", "wait", "verify", "run"}) {
      check_hidden({command, "--url" + form});
      check_hidden({command, "--urii=" + form});
      check_hidden({command, "-uri=" + form, "--print-config"});
      check_hidden({command, "--quiet=" + form});
      check_hidden({command, "--park=" + form, "--print-config"});
      check_hidden({command, "--retry-for=" + form});
    }
}

TEST_CASE("waiting for something tells why it is not there without its login", "[secrets]") {
  for (const auto& form : all_forms()) check_hidden({"wait", form, "--timeout=1ms"});
  for (const std::string scheme :
       {"tcp", "http", "postgres", "mysql", "redis", "amqp", "mongodb", "dns", "unix", "file"})
    for (const auto& login : logins) check_hidden({"wait", scheme + "://" + login + "127.0.0.1:1", "--timeout=1ms"});
}

TEST_CASE("a password given in place of a host, a file or a repository is not shown", "[secrets]") {
  for (const Words& words : std::vector<Words>{{"restore", "s3cr3t@h", "--archive=/x"},
                                               {"restore", "s3cr3t@h"},
                                               {"restore", "--archive=s3cr3t@h"},
                                               {"restore", "--archive=mongodb://u:s3cr3t"},
                                               {"restore", "--archive=mongodb://u:s3cr3t", "--print-config"},
                                               {"restore", "--host=s3cr3t@h", "--print-config"},
                                               {"restore", "--host=mongodb://u:s3cr3t", "--print-config"},
                                               {"restore", "--host=mongodb://u:s3cr3t"},
                                               {"verify", "s3cr3t@h"}})
    check_hidden(words);
}
