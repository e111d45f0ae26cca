#include "agent/cli/backup/settings.hpp"

#include <charconv>
#include <memory>

#include "agent/cli/lease_holder.hpp"
#include "agent/cli/rules.hpp"
#include "agent/cli/zone_name.hpp"
#include "sidekick/child.hpp"

namespace sidekick::cli {

using config::Values;
using namespace std::chrono_literals;
using std::chrono::seconds;

namespace {

/// What `parse` makes of the text of a setting. What it throws is reported, with where that text came from; nothing
/// then.
template <class Parse>
auto parsed(const Values& values, std::string_view name, const std::string& text, Parse parse) {
  using Result = std::optional<decltype(parse(text))>;
  try {
    return Result(parse(text));
  } catch (const Error& error) {
    values.report(values.bad_setting(name, error.message(), error.hint()));
  }
  return Result();
}

/// A key where its file is wanted: the value is not shown.
Error no_file(const Values& values, std::string_view name) {
  return values.bad_setting(
      name, "it is a private key, and the name of a file is expected",
      "write the key to a file that only you can read, and replace this one: others may have seen it");
}

class Reader {
 public:
  Reader(const Values& values, const config::Environment& environment) : values_(values), environment_(environment) {}

  backup::Settings read() {
    out_.zone = zone_name(environment_);
    take_form();
    take_proof();
    take_hooks();
    out_.keep = keep_rules(values_);
    out_.lease_holder = lease_holder(values_);
    out_.lease_ends_after = time("lease-ends-after");
    if (out_.lease_ends_after < 1s) values_.report(values_.bad_value("lease-ends-after", "less than 1s"));
    out_.lease_wait = time("lease-wait");
    out_.min_interval = time("min-interval");
    out_.tool_version = "sidekick " SIDEKICK_VERSION;
    if (follows_schedule(values_)) out_.runs = backup::Settings::Runs::on_schedule;
    if (values_.flag("dry-run")) out_.mode = backup::Settings::Mode::rehearsal;
    out_.wall_clock = [] { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); };
    return std::move(out_);
  }

 private:
  seconds time(std::string_view name) const { return std::chrono::ceil<seconds>(values_.duration(name).value_or(0ms)); }

  void take_form() {
    auto& compression = out_.pipeline.compression;
    const auto kind = values_.choice("compress", {"zstd", "gzip", "none"});
    if (kind == "gzip") compression.kind = filters::Compression::gzip;
    if (kind == "none") compression.kind = filters::Compression::none;
    compression.level = values_.integer("compression-level", 1, kind == "gzip" ? 9 : 19);
    if (kind == "none" && compression.level)
      values_.report(
          {ErrorKind::config, values_.find("compression-level")->origin + " has no effect with --compress=none"});
    compression.threads = values_.integer("compression-threads", 1, 64).value_or(compression.threads);
    auto& recipients = out_.pipeline.recipients;
    for (const auto& text : values_.list("recipient"))
      if (const auto one = parsed(values_, "recipient", text, filters::parse_age_recipient)) recipients.push_back(*one);
    if (values_.given("recipients-file")) values_.judge([&] { take_recipients_file(values_.text("recipients-file")); });
  }

  void take_recipients_file(const std::string& path) {
    if (filters::is_age_identity(path)) throw no_file(values_, "recipients-file");
    const auto text = values_.file(path, "--recipients-file");
    if (!text) return;
    const auto more = filters::parse_age_recipients(text->reveal(), path);
    if (more.empty()) throw values_.bad_value("recipients-file", "no public key in '" + path + "'");
    auto& recipients = out_.pipeline.recipients;
    recipients.insert(recipients.end(), more.begin(), more.end());
  }

  void take_proof() {
    auto& proof = out_.proof;
    const auto level = values_.choice("verify", {"streamed", "stored", "read", "restored"});
    proof.level = storage::parse_proof(level).value_or(proof.level);
    proof.identities = age_identities(values_);
    if (proof.level == storage::Proof::restored && !values_.given("scratch-uri"))
      values_.report(
          {ErrorKind::config, "--verify=restored needs --scratch-uri", "name a MongoDB to restore backups into"});
    const bool is_encrypted = values_.given("recipient") || values_.given("recipients-file");
    if (proof.level >= storage::Proof::read && is_encrypted && !values_.given("identity-file"))
      values_.report({ErrorKind::config, "--verify=" + level + " needs --identity-file where backups are encrypted",
                      "without a private key a backup can be verified up to --verify=stored"});
    const auto shrink = parse_percent(values_.text("max-shrink"));
    if (!shrink) values_.report(values_.bad_value("max-shrink", "not a percentage from 0 to 100"));
    out_.max_shrink = shrink.value_or(out_.max_shrink);
  }

  std::vector<std::string> command(std::string_view name) const {
    if (!values_.given(name)) return {};
    const auto out = parsed(values_, name, values_.text(name), split_command_line);
    if (out && out->empty()) values_.report(values_.bad_value(name, "not a command"));
    return out.value_or(std::vector<std::string>());
  }

  void take_hooks() {
    out_.hooks.before = command("before");
    out_.hooks.after = command("after");
    out_.hooks.timeout = values_.duration("hook-timeout").value_or(out_.hooks.timeout);
    auto& notify = out_.notify;
    const auto on = values_.choice("notify-on", {"success", "failure", "both"});
    if (on == "success") notify.on = backup::NotifySettings::On::success;
    if (on == "failure") notify.on = backup::NotifySettings::On::failure;
    notify.url = url_of("notify");
    notify.ping_success = url_of("ping-success");
    notify.ping_failure = url_of("ping-failure");
    notify.http.proxies = proxies_from({environment_.begin(), environment_.end()});
    notify.http.user_agent = "sidekick/" SIDEKICK_VERSION;
    notify.http.connect_timeout = notify.http.idle_timeout = notify.timeout;
  }

  /// Nothing of it is shown: its path may be a token.
  Secret url_of(std::string_view name) const {
    auto url = values_.secret(name);
    if (!url.empty() && !url.reveal().starts_with("https://") && !url.reveal().starts_with("http://"))
      values_.report(values_.bad_setting(name, "it does not begin with https:// or http://"));
    return url;
  }

  const Values& values_;
  const config::Environment& environment_;
  backup::Settings out_;
};

void check_rules(const Values& values) {
  if (follows_schedule(values)) check_excluding(values, {{"every", "one-time"}});
  check_needing(values, {{"now", "every"}, {"jitter", "every"}, {"notify-on", "notify"}});
  if (!values.given("to"))
    values.report({ErrorKind::config, "no storage is given",
                   "give --to=STORAGE: dir:/folder, s3://bucket/prefix, sftp://user@host/path"});
}

}  // namespace

bool follows_schedule(const Values& values) {
  if (!values.given("every")) return false;
  const auto is_flag = [&](std::string_view name) { return values.find(name)->source == config::Source::flag; };
  return !values.flag("one-time") || is_flag("every") || !is_flag("one-time");
}

std::optional<double> parse_percent(std::string_view text) {
  if (text.ends_with('%')) text.remove_suffix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  double percent = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), percent);
  if (error != std::errc() || end != text.data() + text.size() || !(percent >= 0 && percent <= 100)) return {};
  return percent / 100;
}

std::optional<backup::KeepRules> keep_rules(const Values& values) {
  if (!values.given("keep")) return std::nullopt;
  return parsed(values, "keep", values.text("keep"), backup::parse_keep);
}

std::vector<filters::AgeIdentity> age_identities(const Values& values) {
  std::vector<filters::AgeIdentity> out;
  const auto take = [&](const std::string& path) {
    if (filters::is_age_identity(path)) throw no_file(values, "identity-file");
    const auto text = values.file(path, "--identity-file");
    if (!text) return;
    const auto more = filters::parse_age_identities(*text, path);
    if (more.empty()) throw values.bad_value("identity-file", "no private key in '" + path + "'");
    out.insert(out.end(), more.begin(), more.end());
  };
  for (const auto& path : values.list("identity-file")) values.judge([&] { take(path); });
  return out;
}

std::optional<runtime::Timetable> backup_timetable(const Values& values, const config::Environment& environment) {
  if (!follows_schedule(values)) return {};
  auto schedule = parsed(values, "every", values.text("every"), schedule::Schedule::parse);
  const auto jitter = std::chrono::ceil<seconds>(values.duration("jitter").value_or(0ms));
  if (!schedule) return {};
  using Start = runtime::Timetable::Start;
  return runtime::Timetable{.schedule = std::move(*schedule),
                            .zone = zone_name(environment),
                            .jitter = jitter,
                            .start = values.flag("now") ? Start::at_once : Start::when_due,
                            .after_failure = runtime::Timetable::AfterFailure::try_on};
}

backup::Settings backup_settings(const Values& values, const config::Environment& environment, Log& log) {
  check_rules(values);
  auto out = Reader(values, environment).read();
  if (out.proof.level < storage::Proof::read && values.given("identity-file"))
    log.warn("--identity-file has no effect without --verify=read");
  return out;
}

}  // namespace sidekick::cli
