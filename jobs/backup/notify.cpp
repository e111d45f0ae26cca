#include "backup/notify.hpp"

#include "sidekick/json.hpp"
#include "sidekick/url.hpp"

namespace sidekick::backup {

namespace {

bool is_wanted(NotifySettings::On on, Ending::Result result) {
  if (on == NotifySettings::On::both || result == Ending::Result::suspect) return true;
  return (on == NotifySettings::On::failure) == (result == Ending::Result::failure);
}

/// Where the message goes, without what may be a token in its path.
std::string place(const std::string& url) {
  try {
    return parse_url(url).origin();
  } catch (const Error&) {
    return "the URL of --notify";
  }
}

}  // namespace

std::string notification(const Ending& ending) {
  const auto& manifest = ending.manifest;
  std::string out = "{\"event\":" + json_quoted(name_of(ending.result)) + ",\"job\":" + json_quoted(manifest.job) +
                    ",\"source\":" + json_quoted(manifest.source);
  if (!ending.error) return out + ",\"manifest\":" + storage::to_json(manifest) + ",\"error\":null}";
  const auto& error = *ending.error;
  return out + ",\"manifest\":null,\"error\":{\"kind\":" + json_quoted(info(error.kind()).name) +
         ",\"message\":" + json_quoted(error.message()) + ",\"hint\":" + json_quoted(error.hint()) + "}}";
}

void notify(const NotifySettings& settings, const Ending& ending, Log& log, const CancelToken& cancel) {
  if (settings.url.empty() || !is_wanted(settings.on, ending.result)) return;
  try {
    HttpClient client(settings.http);
    const auto response = client.send({.method = "POST",
                                       .url = settings.url.reveal(),
                                       .headers = {{"Content-Type", "application/json"}},
                                       .body = notification(ending),
                                       .timeout = settings.timeout},
                                      cancel);
    if (response.status / 100 != 2)
      log.warn("nobody was notified: " + place(settings.url.reveal()) + " answered " + std::to_string(response.status),
               {{"job_of", ending.manifest.job}});
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    log.warn("nobody was notified: " + place(settings.url.reveal()) + ": no answer to the POST",
             {{"kind", info(error.kind()).name}, {"hint", "check --notify, and that it can be reached from here"}});
  }
}

}  // namespace sidekick::backup
