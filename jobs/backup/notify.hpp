/// Notifies a URL of the outcome of a backup.
#pragma once

#include <string>

#include "backup/hooks.hpp"
#include "sidekick/http_client.hpp"

namespace sidekick::backup {

struct NotifySettings {
  Secret url;  ///< its path often holds a token; empty: no notification
  enum class On { success, failure, both } on = On::both;
  Secret ping_success;  ///< fetched at the end of a run; empty: none
  Secret ping_failure;
  std::chrono::milliseconds timeout{10'000};
  HttpSettings http;
};

/// {"event": "success", "job": …, "source": …, "manifest": {…}, "error": {"kind", "message", "hint"}}. After a failure
/// the manifest is null, otherwise the error is. Pure.
std::string notification(const BackupEnding& ending);

/// Posts the notification as JSON if the settings ask for this outcome; a suspect backup always counts. Logs a warning
/// for a status other than 2xx, or without an answer. Throws Error of kind cancelled only.
void notify(const NotifySettings& settings, const BackupEnding& ending, Log& log, const CancelToken& cancel);

/// Fetches the URL for this outcome, for services that alert when pings stop: ping_success, or ping_failure, which a
/// suspect backup also gets. Logs a warning for a status other than 2xx, or without an answer. Throws Error of kind
/// cancelled only.
void ping(const NotifySettings& settings, BackupEnding::Result result, Log& log, const CancelToken& cancel);

}  // namespace sidekick::backup
