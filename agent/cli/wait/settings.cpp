#include "agent/cli/wait/settings.hpp"

#include <charconv>
#include <utility>

#include "wait/probe.hpp"

namespace sidekick::cli {

using config::Values;

namespace {

constexpr std::string_view blanks = " \t\r\n";

/// What follows a comma: true where that ends a URL, and does not stand between two hosts of one.
bool ends_a_url(std::string_view rest) {
  if (rest.empty() || blanks.find(rest.front()) != std::string_view::npos) return true;
  const auto letters = rest.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+");
  return letters != 0 && letters != std::string_view::npos && rest.substr(letters).starts_with("://");
}

std::vector<Secret> urls_of(const config::Settings& settings) {
  auto texts = settings.arguments;
  for (const auto& list : settings.values.list("url"))
    for (auto& url : split_urls(list)) texts.push_back(std::move(url));
  std::vector<Secret> urls;
  urls.reserve(texts.size());
  for (auto& text : texts) urls.emplace_back(std::move(text));
  if (urls.empty() && !settings.values.is_unread("url"))
    settings.values.report(
        {ErrorKind::usage, "nothing to wait for is given", "name one or more URLs: sidekick wait tcp://db:5432"});
  return urls;
}

std::vector<int> statuses_of(const Values& values) {
  std::vector<int> statuses;
  for (const auto& text : values.list("expect-status")) {
    int status = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), status);
    if (error != std::errc() || end != text.data() + text.size() || status < 100 || status > 599)
      values.report(values.bad_value("expect-status", "'" + text + "' is not a status from 100 to 599"));
    statuses.push_back(status);
  }
  return statuses;
}

std::vector<HttpHeader> headers_of(const Values& values) {
  std::vector<HttpHeader> headers;
  for (const auto& text : values.list("header")) {
    const auto colon = text.find(':');
    if (colon == 0 || colon == std::string::npos) {
      values.report({ErrorKind::usage, "--header is not of the form 'Name: value'"});
      continue;
    }
    const auto value = text.find_first_not_of(' ', colon + 1);
    headers.push_back({text.substr(0, colon), value == std::string::npos ? "" : text.substr(value)});
  }
  return headers;
}

}  // namespace

void check_urls(const Values& values, wait::Settings settings) {
  if (!values.reads_files()) settings.http.tls.ca_file.clear();
  for (const auto& url : settings.urls) values.judge([&] { wait::make_probe(url, settings); });
}

std::vector<std::string> split_urls(std::string_view text) {
  std::vector<std::string> urls;
  for (std::string url; !text.empty();) {
    const char c = text.front();
    text.remove_prefix(1);
    const bool ends = blanks.find(c) != std::string_view::npos || (c == ',' && ends_a_url(text));
    if (!ends) url += c;
    if (!url.empty() && (ends || text.empty())) urls.push_back(std::exchange(url, {}));
  }
  return urls;
}

wait::Settings wait_settings(const config::Settings& settings, const config::Environment& environment, Log& log) {
  const auto& values = settings.values;
  wait::Settings out;
  out.urls = urls_of(settings);
  if (values.flag("any")) out.need = wait::Settings::Need::any;
  if (values.flag("invert")) out.until = wait::Settings::Until::gone;
  out.stable = values.duration("stable").value_or(out.stable);
  out.look_timeout = values.duration("look-timeout").value_or(out.look_timeout);
  if (out.look_timeout.count() == 0) values.report(values.bad_value("look-timeout", "a limit of zero"));
  if (const auto timeout = values.duration("timeout"); timeout && timeout->count() > 0) out.timeout = timeout;
  out.expect_status = statuses_of(values);
  out.expect_body = values.text("expect-body");
  out.headers = headers_of(values);
  out.http.tls.ca_file = values.text("ca-file");
  out.http.tls.verify = !values.flag("insecure");
  out.http.proxies = proxies_from({environment.begin(), environment.end()});
  out.http.user_agent = "sidekick";
  if (!out.http.tls.verify) log.warn("certificates are not verified (--insecure): anyone on the path can answer");
  return out;
}

}  // namespace sidekick::cli
