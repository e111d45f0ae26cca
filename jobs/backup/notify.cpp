#include "backup/notify.hpp"

#include "sidekick/json.hpp"
#include "sidekick/url.hpp"

namespace sidekick::backup {

namespace {

bool is_wanted(NotifySettings::On on, BackupEnding::Result result) {
  if (on == NotifySettings::On::both || result == BackupEnding::Result::suspect) return true;
  return (on == NotifySettings::On::failure) == (result == BackupEnding::Result::failure);
}

/// The destination without its path, which may hold a token.
std::string place(const std::string& url, std::string_view flag) {
  try {
    return parse_url(url).origin();
  } catch (const Error&) {
    return "the URL of " + std::string(flag);
  }
}

void call(const NotifySettings& settings, HttpRequest request, std::string_view flag, Log& log,
          const CancelToken& cancel) {
  request.timeout = settings.timeout;
  const auto failed = "the notification failed: " + place(request.url, flag);
  try {
    HttpClient client(settings.http);
    const auto response = client.send(request, cancel);
    if (response.status / 100 != 2) log.warn(failed + " answered " + std::to_string(response.status), {{"flag", flag}});
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    log.warn(failed + ": no answer to " + request.method,
             {{"kind", info(error.kind()).name},
              {"hint", "check " + std::string(flag) + ", and that it is reachable from here"}});
  }
}

}  // namespace

std::string notification(const BackupEnding& ending) {
  const auto& manifest = ending.manifest;
  boost::json::object out{{"event", name_of(ending.result)}, {"job", manifest.job}, {"source", manifest.source}};
  if (ending.error) {
    const auto& error = *ending.error;
    out["manifest"] = nullptr;
    out["error"] = {{"kind", info(error.kind()).name}, {"message", error.message()}, {"hint", error.hint()}};
  } else {
    out["manifest"] = json_of(manifest);
    out["error"] = nullptr;
  }
  return json_text(out);
}

void notify(const NotifySettings& settings, const BackupEnding& ending, Log& log, const CancelToken& cancel) {
  if (settings.url.empty() || !is_wanted(settings.on, ending.result)) return;
  call(settings,
       {.method = "POST",
        .url = settings.url.reveal(),
        .headers = {{"Content-Type", "application/json"}},
        .body = notification(ending)},
       "--notify", log, cancel);
}

void ping(const NotifySettings& settings, BackupEnding::Result result, Log& log, const CancelToken& cancel) {
  const bool is_success = result == BackupEnding::Result::success;
  const auto& url = is_success ? settings.ping_success : settings.ping_failure;
  if (!url.empty())
    call(settings, {.url = url.reveal()}, is_success ? "--ping-success" : "--ping-failure", log, cancel);
}

}  // namespace sidekick::backup
