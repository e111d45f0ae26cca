#include "agent/config/resolve.hpp"

#include <catch2/catch_test_macros.hpp>

#include "sidekick/error.hpp"
#include "tests/unit/support/temporary_folder.hpp"

using namespace sidekick;
using namespace sidekick::config;
using namespace std::chrono_literals;

namespace {

const Schema schema{.command = "test",
                    .summary = "",
                    .arguments = "",
                    .description = "",
                    .settings = {{.name = "uri", .secrecy = Secrecy::url},
                                 {.name = "password", .secrecy = Secrecy::secret},
                                 {.name = "config"},
                                 {.name = "port"},
                                 {.name = "retry-for", .fallback = "5m"},
                                 {.name = "nsInclude", .arity = Arity::repeated},
                                 {.name = "drop", .arity = Arity::flag}},
                    .file_keys = {"uri", "password"}};

template <class Action>
Error refusal(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  FAIL("nothing was refused");
  throw std::logic_error("unreachable");
}

}  // namespace

TEST_CASE("flag beats environment beats file beats default, each setting by itself") {
  const test::TemporaryFolder folder;
  const auto file = folder.file("c.yml", "uri: mongodb://file/\npassword: from-file\n");
  const Environment environment{{"SIDEKICK_URI", "mongodb://environment/"}, {"SIDEKICK_RETRY_FOR", "1m"}};
  const auto with_flag = resolve(schema, {"--config", file, "--uri=mongodb://flag/"}, environment).values;
  CHECK(with_flag.text("uri") == "mongodb://flag/");
  CHECK(with_flag.find("uri")->source == Source::flag);
  const auto without = resolve(schema, {"--config", file}, environment).values;
  CHECK(without.text("uri") == "mongodb://environment/");
  CHECK(without.text("password") == "from-file");
  CHECK(without.find("password")->source == Source::file);
  CHECK(without.duration("retry-for") == 1min);
  CHECK(resolve(schema, {}, {}).values.duration("retry-for") == 5min);
  CHECK_FALSE(resolve(schema, {}, {}).values.given("retry-for"));
}

TEST_CASE("a secret comes from its file twin at the same level, with one line break cut") {
  const test::TemporaryFolder folder;
  const auto secret = folder.file("secret", "pa ss\n");
  CHECK(resolve(schema, {"--password-file", secret}, {}).values.text("password") == "pa ss");
  CHECK(resolve(schema, {}, {{"SIDEKICK_PASSWORD_FILE", secret}}).values.text("password") == "pa ss");
  CHECK(resolve(schema, {"--password=x"}, {{"SIDEKICK_PASSWORD_FILE", secret}}).values.text("password") == "x");
}

TEST_CASE("one line break at the end of a value from a file or a variable is no part of it") {
  const test::TemporaryFolder folder;
  for (const std::string end : {"", "\n", "\r\n"}) {
    const auto file = folder.file("secret", "pa ss" + end);
    CHECK(resolve(schema, {"--password-file", file}, {}).values.text("password") == "pa ss");
    CHECK(resolve(schema, {}, {{"SIDEKICK_PASSWORD", "pa ss" + end}}).values.text("password") == "pa ss");
    CHECK(resolve(schema, {}, {{"SIDEKICK_PORT", "27018" + end}}).values.text("port") == "27018");
    CHECK(resolve(schema, {}, {{"SIDEKICK_DROP", "true" + end}}).values.flag("drop"));
    const auto config = folder.file("c.yml", "password: |\n  pa ss\n");
    CHECK(resolve(schema, {"--config", config}, {}).values.text("password") == "pa ss");
    CHECK(resolve(schema, {}, {{"SIDEKICK_NS_INCLUDE", "a.*\r\nb.*" + end}}).values.list("nsInclude") ==
          std::vector<std::string>{"a.*", "b.*"});
    CHECK(refusal([&] { resolve(schema, {}, {{"SIDEKICK_URI", end}}); }).message() ==
          "SIDEKICK_URI: its value is empty");
  }
}

TEST_CASE("a control character within a value is refused wherever it comes from and never shown") {
  const test::TemporaryFolder folder;
  for (const std::string bad :
       {"hun\nter2", "hunter2\n\n", "\nhunter2", "hun\tter2", "hunter2\r\r", "hun\x1bter2", "hunter\x7f"}) {
    CAPTURE(bad);
    const auto file = folder.file("secret", bad + "\n");
    const auto config = folder.file("c.yml", "password: \"hun\\x07ter2\"\n");
    CHECK(refusal([&] { resolve(schema, {"--password-file", file}, {}); }).kind() == ErrorKind::usage);
    for (const auto& error : {refusal([&] { resolve(schema, {}, {{"SIDEKICK_PASSWORD_FILE", file}}); }),
                              refusal([&] { resolve(schema, {}, {{"SIDEKICK_PASSWORD", bad + "\n"}}); }),
                              refusal([&] { resolve(schema, {}, {{"SIDEKICK_PORT", bad + "\n"}}); }),
                              refusal([&] { resolve(schema, {"--config", config}, {}); })}) {
      CHECK(error.kind() == ErrorKind::config);
      CHECK(error.message().find("control character") != std::string::npos);
      CHECK(error.message().find("hun") == std::string::npos);
    }
    CHECK(refusal([&] { resolve(schema, {"--password=" + bad}, {}); }).kind() == ErrorKind::usage);
  }
  CHECK(resolve(schema, {}, {{"SIDEKICK_PASSWORD", "p\xc3\xa4ss"}}).values.text("password") == "p\xc3\xa4ss");
}

TEST_CASE("a secret and its file twin at one level exclude each other") {
  const auto by_flags = refusal([] { resolve(schema, {"--uri=mongodb://h/", "--uri-file=x"}, {}); });
  CHECK(by_flags.kind() == ErrorKind::config);
  CHECK(by_flags.message() == "--uri and --uri-file exclude each other");
  const auto by_variables =
      refusal([] { resolve(schema, {}, {{"SIDEKICK_PASSWORD", "a"}, {"SIDEKICK_PASSWORD_FILE", "b"}}); });
  CHECK(by_variables.message() == "SIDEKICK_PASSWORD and SIDEKICK_PASSWORD_FILE exclude each other");
}

TEST_CASE("a secret file that is not there or empty is an error that names the setting") {
  const auto missing = refusal([] { resolve(schema, {"--password-file=/no/such"}, {}); });
  CHECK(missing.kind() == ErrorKind::no_input);
  CHECK(missing.message().find("--password-file") != std::string::npos);
  const test::TemporaryFolder folder;
  const auto empty = folder.file("empty", "\n");
  CHECK(refusal([&] { resolve(schema, {"--password-file", empty}, {}); }).kind() == ErrorKind::config);
}

TEST_CASE("an empty variable is an error that names it") {
  CHECK(refusal([] { resolve(schema, {}, {{"SIDEKICK_URI", ""}}); }).message() == "SIDEKICK_URI: its value is empty");
}

TEST_CASE("a variable of several values is split at line breaks, or else at commas") {
  CHECK(resolve(schema, {}, {{"SIDEKICK_NS_INCLUDE", "a.*,b.*"}}).values.list("nsInclude") ==
        std::vector<std::string>{"a.*", "b.*"});
  CHECK(resolve(schema, {}, {{"SIDEKICK_NS_INCLUDE", "a,b.*\nc.*\n"}}).values.list("nsInclude") ==
        std::vector<std::string>{"a,b.*", "c.*"});
}

TEST_CASE("a key of a settings file without a value counts as not given") {
  const test::TemporaryFolder folder;
  for (const char* text :
       {"password:\nuri: mongodb://h/\n", "password: ''\nuri: mongodb://h/\n", "password: ~\nuri: mongodb://h/"}) {
    const auto values = resolve(schema, {"--config", folder.file("c.yml", text)}, {}).values;
    CHECK_FALSE(values.given("password"));
    CHECK(values.text("uri") == "mongodb://h/");
  }
  CHECK_FALSE(resolve(schema, {"--config", folder.file("c.yml", "password:\n")}, {}).values.given("uri"));
  CHECK_FALSE(resolve(schema, {"--config", folder.file("c.yml", "")}, {}).values.given("uri"));
}

TEST_CASE("unknown variables of our prefix are warnings, and so is the link that Kubernetes sets") {
  const auto told = resolve(schema, {},
                            {{"SIDEKICK_PASSWRD", "hunter2"},
                             {"SIDEKICK_PORT", "tcp://10.0.0.1:80"},
                             {"SIDEKICK_SERVICE_HOST", "10.0.0.1"},
                             {"PATH", "/bin"}});
  REQUIRE(told.warnings.size() == 3);
  CHECK(told.warnings[0] ==
        "variable SIDEKICK_PASSWRD is ignored: no setting has that name, the nearest is SIDEKICK_PASSWORD");
  CHECK(told.warnings[1] == "variable SIDEKICK_PORT is ignored: it is a service link of Kubernetes");
  CHECK_FALSE(told.values.find("port"));
  CHECK(resolve(schema, {}, {{"SIDEKICK_PORT", "27018"}}).values.text("port") == "27018");
}

TEST_CASE(
    "a settings file with an unknown key, a doubled key, a list for a value or no map is refused, without its values") {
  const test::TemporaryFolder folder;
  const auto refused = [&](const std::string& text) {
    const auto file = folder.file("c.yml", text);
    const auto error = refusal([&] { resolve(schema, {"--config", file}, {}); });
    CHECK(error.kind() == ErrorKind::config);
    CHECK(error.message().find("hunter2") == std::string::npos);
    return error;
  };
  CHECK(refused("pasword: hunter2").hint() == "did you mean 'password'?");
  refused("password: hunter2\npassword: hunter2");
  refused("password: [hunter2]");
  refused("password: {a: hunter2}");
  refused("password:\npassword: hunter2");
  refused("- hunter2");
  refused("hunter2");
  refused("password: [hunter2]");
  refused("password: \"hunter2");
}

TEST_CASE("values that do not fit are usage by flag and configuration by variable, and name their origin") {
  const auto by_flag = refusal([] { (void)resolve(schema, {"--retry-for=5"}, {}).values.duration("retry-for"); });
  CHECK(by_flag.kind() == ErrorKind::usage);
  CHECK(by_flag.message() == "--retry-for '5': not a duration");
  const auto by_variable =
      refusal([] { (void)resolve(schema, {}, {{"SIDEKICK_PORT", "x"}}).values.integer("port", 1, 65535); });
  CHECK(by_variable.kind() == ErrorKind::config);
  CHECK(by_variable.message() == "SIDEKICK_PORT 'x': not a number from 1 to 65535");
  CHECK(refusal([] { (void)resolve(schema, {"--drop=maybe"}, {}).values.flag("drop"); }).kind() == ErrorKind::usage);
}

TEST_CASE("a flag taken back counts as not given") {
  const auto values = resolve(schema, {"--drop=false"}, {{"SIDEKICK_DROP", "true"}}).values;
  CHECK_FALSE(values.flag("drop"));
  CHECK_FALSE(values.given("drop"));
}

namespace {

const Schema with_peer{
    .command = "test",
    .summary = "",
    .arguments = "",
    .description = "",
    .settings = {{.name = "repo", .peer_variables = "GITSYNC_REPO !GIT_SYNC_REPO", .generic_variable = "REPOSITORY"},
                 {.name = "keys", .peer_variables = "GITSYNC_KEYS", .arity = Arity::repeated, .list = List::colons},
                 {.name = "logins",
                  .peer_variables = "GITSYNC_LOGINS",
                  .arity = Arity::repeated,
                  .list = List::whole,
                  .levels = Levels::all_count},
                 {.name = "depth", .peer_variables = "GITSYNC_DEPTH", .form = Form::number},
                 {.name = "old", .peer_variables = "!GIT_SYNC_OLD", .deprecated_for = "repo"},
                 {.name = "ours"},
                 {.name = "password", .secrecy = Secrecy::secret, .file_twin = FileTwin::own_setting},
                 {.name = "password-file"}},
    .file_keys = {}};

}  // namespace

TEST_CASE("a peer's variables count below ours and above generic ones") {
  const auto repo = [](const Environment& environment) {
    return resolve(with_peer, {}, environment).values.text("repo");
  };
  CHECK(repo({{"SIDEKICK_REPO", "a"}, {"GITSYNC_REPO", "b"}, {"REPOSITORY", "c"}}) == "a");
  CHECK(repo({{"GITSYNC_REPO", "b"}, {"GIT_SYNC_REPO", "d"}}) == "d");
  CHECK(repo({{"REPOSITORY", "c"}}) == "c");
  CHECK(repo({{"REPOSITORY", "c"}, {"GITSYNC_DEPTH", "1"}}).empty());
  CHECK(resolve(with_peer, {"--depth=1"}, {{"REPOSITORY", "c"}}).values.text("repo").empty());
  CHECK(resolve(with_peer, {"--ours=1"}, {{"REPOSITORY", "c"}}).values.text("repo") == "c");
  CHECK(repo({{"GITSYNC_REPO", ""}, {"REPOSITORY", "c"}}).empty());
}

TEST_CASE("a deprecated setting takes the place of the new one and warns unless it is 0") {
  const auto settings = resolve(with_peer, {"--repo=new", "--old=old"}, {});
  CHECK(settings.values.text("repo") == "old");
  CHECK(settings.warnings == std::vector<std::string>{"--old is deprecated: use --repo"});
  CHECK(resolve(with_peer, {"--repo=new", "--old=0"}, {}).values.text("repo") == "new");
  CHECK(resolve(with_peer, {}, {{"GIT_SYNC_OLD", "x"}}).warnings ==
        std::vector<std::string>{"variable GIT_SYNC_OLD is deprecated: use --repo"});
}

TEST_CASE("a list in a variable is separated as its setting says") {
  using Texts = std::vector<std::string>;
  const auto values = resolve(with_peer, {"--logins=c,d"}, {{"GITSYNC_KEYS", "a:b"}, {"GITSYNC_LOGINS", "a,b"}}).values;
  CHECK(values.list("keys") == Texts{"a", "b"});
  CHECK(values.list("logins") == Texts{"a,b", "c,d"});
  CHECK(resolve(with_peer, {"--keys=x"}, {{"GITSYNC_KEYS", "a:b"}}).values.list("keys") == Texts{"x"});
}

TEST_CASE("a secret whose file has rules of its own has no twin") {
  const auto values = resolve(with_peer, {"--password-file=/nowhere"}, {}).values;
  CHECK_FALSE(values.find("password"));
  CHECK(values.text("password-file") == "/nowhere");
}

TEST_CASE("a variable of a peer that no setting has is a warning unless it describes a service") {
  const auto settings =
      resolve(with_peer, {}, {{"GITSYNC_REOP", "x"}, {"GIT_SYNC_PORT", "tcp://h:1"}, {"GIT_SYNC_SERVICE_HOST", "h"}});
  REQUIRE(settings.warnings.size() == 1);
  CHECK(settings.warnings[0] ==
        "variable GITSYNC_REOP is ignored: no setting has that name, the nearest is GITSYNC_REPO");
  CHECK(resolve(schema, {}, {{"GITSYNC_REOP", "x"}}).warnings.empty());
}
