#include "agent/config/values.hpp"

#include <algorithm>
#include <charconv>

#include "agent/config/duration.hpp"

namespace sidekick::config {

namespace {

std::optional<int> parse_integer(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return number;
}

std::optional<std::chrono::milliseconds> parse_as(Form form, std::string_view text) {
  if (form == Form::go_duration) return parse_go_duration(text);
  return form == Form::seconds ? parse_seconds(text) : parse_duration(text);
}

/// A wrong flag is a usage error; a wrong value in the environment or a file is a configuration error.
ErrorKind kind_of_fault(const Value* value) {
  return value && value->source == Source::flag ? ErrorKind::usage : ErrorKind::config;
}

}  // namespace

std::optional<bool> parse_switch(std::string_view text) {
  for (const auto yes : {"true", "1", "yes", "on", "t", "T", "TRUE", "True"})
    if (text == yes) return true;
  for (const auto no : {"false", "0", "no", "off", "f", "F", "FALSE", "False"})
    if (text == no) return false;
  return {};
}

void Values::set(std::string_view name, Value value) {
  values_.insert_or_assign(std::string(name), std::move(value));
}

void Values::report(const Error& error) const {
  if (review_ == nullptr) throw Error(error);
  review_->add(error);
}

Error Values::with_origin(std::string_view name, const Error& error) const {
  const auto* value = find(name);
  if (value == nullptr || value->origin.empty()) return error;
  const auto flag = "--" + std::string(name);
  auto message = error.message();
  if (const auto at = message.find(flag); at != std::string::npos)
    message.replace(at, flag.size(), value->origin);
  else
    message.insert(0, value->origin + ": ");
  return {error.kind(), std::move(message), error.hint()};
}

bool Values::may_be_used() const noexcept {
  return review_ == nullptr || (review_->reads_files() && review_->problems().empty());
}

std::optional<Secret> Values::file(const std::string& path, std::string_view what) const {
  if (!reads_files()) return {};
  return judge([&] { return std::optional(read_secret_file(path, what)); });
}

const Value* Values::find(std::string_view name) const noexcept {
  const auto found = values_.find(name);
  return found == values_.end() || found->second.texts.empty() ? nullptr : &found->second;
}

bool Values::given(std::string_view name) const {
  const auto* value = find(name);
  if (!value || value->source == Source::fallback) return false;
  return value->arity != Arity::flag || parse_switch(value->texts.back()).value_or(true);
}

bool Values::is_unread(std::string_view name) const noexcept {
  const auto* value = find(name);
  return value != nullptr && value->is_unread;
}

bool Values::flag(std::string_view name) const {
  const auto* value = find(name);
  if (!value) return false;
  const auto on = parse_switch(value->texts.back());
  if (!on) report(bad_value(name, "not true or false"));
  return on.value_or(false);
}

std::string Values::text(std::string_view name) const {
  const auto* value = find(name);
  return value ? value->texts.back() : std::string();
}

std::vector<std::string> Values::list(std::string_view name) const {
  const auto* value = find(name);
  return value && !value->is_unread ? value->texts : std::vector<std::string>();
}

int Values::count(std::string_view name) const {
  int sum = 0;
  for (const auto& text : list(name)) {
    if (text == "false") continue;
    const auto number = text == "true" ? std::optional(1) : parse_integer(text);
    const bool fits = number && *number >= 0 && *number <= 100;
    if (!fits) {
      report(bad_value(name, "not a level from 0 to 100"));
      return 0;
    }
    sum += *number;
  }
  return sum;
}

std::optional<int> Values::integer(std::string_view name, int min, int max) const {
  const auto* value = find(name);
  if (!value) return {};
  const auto number = parse_integer(value->texts.back());
  if (number && *number >= min && *number <= max) return number;
  report(bad_value(name, "not a number from " + std::to_string(min) + " to " + std::to_string(max)));
  return {};
}

std::optional<std::chrono::milliseconds> Values::duration(std::string_view name) const {
  const auto* value = find(name);
  if (!value) return {};
  const auto duration = parse_as(value->form, value->texts.back());
  if (!duration)
    report(bad_value(name, "not a duration", "add a unit to each number, such as 500ms, 30s, 5m or 1h30m"));
  return duration;
}

std::string Values::choice(std::string_view name, const std::vector<std::string_view>& allowed) const {
  auto given = text(name);
  if (given.empty() || std::ranges::find(allowed, given) != allowed.end()) return given;
  report(bad_choice(name, allowed));
  return {};
}

Error Values::bad_choice(std::string_view name, const std::vector<std::string_view>& allowed) const {
  std::string all;
  for (const auto one : allowed) all.append(all.empty() ? "" : ", ").append(one);
  return bad_value(name, "not one of " + all, nearest_hint(text(name), "", allowed));
}

Error Values::bad_value(std::string_view name, const std::string& cause, std::string hint) const {
  const auto* value = find(name);
  const auto subject = value ? value->origin + " '" + redact_url(value->texts.back()) + "'" : "--" + std::string(name);
  return {kind_of_fault(value), subject + ": " + cause, std::move(hint)};
}

Error Values::bad_setting(std::string_view name, const std::string& cause, std::string hint) const {
  const auto* value = find(name);
  return {kind_of_fault(value), (value ? value->origin : "--" + std::string(name)) + ": " + cause, std::move(hint)};
}

}  // namespace sidekick::config
