/// Telling a URL how a backup ended.
#pragma once

#include <string>

#include "backup/hooks.hpp"
#include "sidekick/http_client.hpp"

namespace sidekick::backup {

struct NotifySettings {
  Secret url;  ///< such URLs often hold a token in their path; empty: nobody is told
  enum class On { success, failure, both } on = On::both;
  Secret ping_success;  ///< fetched at the end of a run; empty: none
  Secret ping_failure;
  std::chrono::milliseconds timeout{10'000};
  HttpSettings http;
};

/// {"event": "success", "job": …, "source": …, "manifest": {…}, "error": {"kind", "message", "hint"}}: of a failure
/// there is an error and the manifest is null, else the other way round. Pure.
std::string notification(const BackupEnding& ending);

/// Posts it as JSON, where `ending` is one to be told of; a suspect backup always is. An answer other than 2xx, or
/// none, is a warning. Throws Error of kind cancelled only.
void notify(const NotifySettings& settings, const BackupEnding& ending, Log& log, const CancelToken& cancel);

/// Fetches the URL for a run that ended so, for services that watch that something happens: ping_success, or
/// ping_failure of a suspect backup too. An answer other than 2xx, or none, is a warning. Throws Error of kind
/// cancelled only.
void ping(const NotifySettings& settings, BackupEnding::Result result, Log& log, const CancelToken& cancel);

}  // namespace sidekick::backup
