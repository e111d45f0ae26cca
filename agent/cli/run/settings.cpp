#include "agent/cli/run/settings.hpp"

#include <charconv>

#include "agent/cli/rules.hpp"
#include "agent/cli/wait/settings.hpp"
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
    return settings.values.report(
        {ErrorKind::usage, "'" + redact_url(settings.arguments.front()) + "' is not a flag",
         "give the command after '--': sidekick run [flags] -- " + redact_url(settings.arguments.front())});
  if (!settings.command)
    settings.values.report(
        {ErrorKind::usage, "no command is given", "give it after '--': sidekick run [flags] -- COMMAND"});
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
    values.report(values.bad_value(name, error.message(), error.hint()));
    return {};
  }
}

std::vector<std::string> hook(const Values& values, std::string_view name) {
  if (!values.find(name)) return {};
  try {
    auto words = split_command_line(values.text(name));
    if (words.empty()) throw Error(ErrorKind::usage, "it names no command");
    return words;
  } catch (const Error& error) {
    values.report(values.bad_setting(name, error.message(), error.hint()));
    return {};
  }
}

std::optional<run::Variable> secret_variable(const Values& values, const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || !run::is_variable_name(text.substr(0, equals))) {
    values.report(values.bad_value("secret-env", "not of the form NAME=FILE"));
    return {};
  }
  const auto name = text.substr(0, equals);
  const auto content = values.file(text.substr(equals + 1), "--secret-env " + name);
  return content ? std::optional(run::Variable{name, content->reveal()}) : std::nullopt;
}

/// What the command waits for. Has no limit of its own: those of the run hold.
std::optional<wait::Settings> targets(const Values& values, const config::Environment& environment) {
  wait::Settings out;
  for (const auto& list : values.list("wait"))
    for (auto& url : split_urls(list)) out.urls.emplace_back(std::move(url));
  if (out.urls.empty()) return {};
  out.http.proxies = proxies_from({environment.begin(), environment.end()});
  out.http.user_agent = "sidekick/" SIDEKICK_VERSION;
  check_urls(values, out);
  return out;
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
    if (out_.hook_timeout.count() == 0) values_.report(values_.bad_value("hook-timeout", "a limit of zero"));
    out_.report_file = values_.text("report");
    out_.wait_for = targets(values_, environment);
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
    for (const auto& file : values_.list("env-file")) take_env_file(file);
    for (const auto& text : values_.list("secret-env"))
      if (const auto variable = secret_variable(values_, text)) run::set_variable(out_.environment, *variable);
    if (values_.flag("log-output")) out_.output = run::Settings::Output::logged;
  }

  void take_env_file(const std::string& file) {
    if (!values_.reads_files()) return;
    for (const auto& variable : values_.judge([&] { return run::read_env_file(file); }))
      run::set_variable(out_.environment, variable);
  }

  mode_t mask() const {
    const auto text = values_.text("umask");
    mode_t out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, 8);
    if (error != std::errc() || end != text.data() + text.size() || out > highest_mask)
      values_.report(values_.bad_value("umask", "not an octal number from 0 to 777"));
    return out;
  }

  void take_user() try {
    if (!values_.reads_files()) return;
    const auto account = run::find_account(values_.text("user"), passwd_file, group_file);
    out_.identity = account.identity;
    run::set_variable(out_.environment, {"HOME", account.home});
  } catch (const Error& error) {
    values_.report({error.kind(), values_.find("user")->origin + ": " + error.message(), error.hint()});
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
  return Reader(settings.values).read(settings.command.value_or(std::vector<std::string>()), environment);
}

}  // namespace sidekick::cli
