#include "agent/cli/run/settings.hpp"

#include <charconv>

#include "agent/cli/rules.hpp"
#include "run/environment.hpp"
#include "run/identity.hpp"
#include "sidekick/child.hpp"
#include "sidekick/secret.hpp"

namespace sidekick::cli {

using config::Values;

namespace {

constexpr auto passwd_file = "/etc/passwd";
constexpr auto group_file = "/etc/group";
constexpr mode_t highest_mask = 0777;

void check_words(const config::Settings& settings) {
  if (!settings.arguments.empty())
    throw Error(ErrorKind::usage, "'" + redact_url(settings.arguments.front()) + "' is not a flag",
                "give the command after '--': sidekick run [flags] -- " + redact_url(settings.arguments.front()));
  if (!settings.command)
    throw Error(ErrorKind::usage, "no command is given", "give it after '--': sidekick run [flags] -- COMMAND");
}

void check_rules(const Values& values) {
  check_needing(values, {{"once", "state"}, {"state", "once"}, {"once-file", "once"}});
  check_excluding(values, {{"once", "term-is-success"}});
}

/// With the name of the setting where its text does not fit.
run::CodeSet codes(const Values& values, std::string_view name) {
  if (!values.find(name)) return {};
  try {
    return run::parse_codes(values.text(name));
  } catch (const Error& error) {
    throw values.bad_value(name, error.message(), error.hint());
  }
}

std::vector<std::string> hook(const Values& values, std::string_view name) {
  if (!values.find(name)) return {};
  auto words = split_command_line(values.text(name));
  if (words.empty()) throw values.bad_value(name, "not a command");
  return words;
}

run::Variable secret_variable(const Values& values, const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || !run::is_variable_name(text.substr(0, equals)))
    throw values.bad_value("secret-env", "not of the form NAME=FILE");
  return {text.substr(0, equals),
          read_secret_file(text.substr(equals + 1), "--secret-env " + text.substr(0, equals)).reveal()};
}

class Reader {
 public:
  explicit Reader(const Values& values) : values_(values) {}

  run::Settings read(std::vector<std::string> words, const config::Environment& environment) {
    out_.argv = std::move(words);
    for (const auto& [name, value] : environment) out_.environment.emplace_back(name).append("=").append(value);
    take_process();
    take_ending();
    take_once();
    out_.on_success = hook(values_, "on-success");
    out_.on_failure = hook(values_, "on-failure");
    out_.hook_timeout = time("hook-timeout", out_.hook_timeout);
    if (out_.hook_timeout.count() == 0) throw values_.bad_value("hook-timeout", "a limit of zero");
    out_.report_file = values_.text("report");
    if (values_.flag("dry-run")) out_.mode = run::Settings::Mode::only_check;
    return std::move(out_);
  }

 private:
  std::chrono::milliseconds time(std::string_view name, std::chrono::milliseconds usual) const {
    return values_.duration(name).value_or(usual);
  }

  void take_process() {
    out_.folder = values_.text("chdir");
    out_.nice = values_.integer("nice", -20, 19).value_or(0);
    if (values_.find("umask")) out_.umask = mask();
    if (values_.find("user")) take_user();
    for (const auto& file : values_.list("env-file"))
      for (const auto& variable : run::read_env_file(file)) run::set_variable(out_.environment, variable);
    for (const auto& text : values_.list("secret-env"))
      run::set_variable(out_.environment, secret_variable(values_, text));
    if (values_.flag("log-output")) out_.output = run::Settings::Output::logged;
  }

  mode_t mask() const {
    const auto text = values_.text("umask");
    mode_t out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, 8);
    if (error != std::errc() || end != text.data() + text.size() || out > highest_mask)
      throw values_.bad_value("umask", "not an octal number from 0 to 777");
    return out;
  }

  void take_user() {
    const auto account = run::find_account(values_.text("user"), passwd_file, group_file);
    out_.identity = account.identity;
    run::set_variable(out_.environment, {"HOME", account.home});
  }

  void take_ending() {
    out_.grace = time("grace", out_.grace);
    out_.success_codes = codes(values_, "success-codes");
    const bool wants_retries = values_.given("retries") || values_.given("retry-for");
    if (values_.find("retry-on"))
      out_.retry_on = codes(values_, "retry-on");
    else if (wants_retries)
      out_.retry_on = run::parse_codes("any");
    if (values_.flag("term-is-success")) out_.stopped_with_success = run::Settings::StoppedWithSuccess::success;
  }

  void take_once() {
    out_.lock_file = values_.text("lock");
    if (values_.find("once"))
      out_.once = run::OnceSettings{values_.text("state"), values_.text("once"), values_.list("once-file")};
  }

  const Values& values_;
  run::Settings out_;
};

}  // namespace

run::Settings command_settings(const config::Settings& settings, const config::Environment& environment) {
  check_words(settings);
  check_rules(settings.values);
  return Reader(settings.values).read(*settings.command, environment);
}

}  // namespace sidekick::cli
