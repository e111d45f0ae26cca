/// Telling a URL how a backup ended.
#pragma once

#include <string>

#include "backup/hooks.hpp"
#include "sidekick/http_client.hpp"

namespace sidekick::backup {

struct NotifySettings {
  Secret url;  ///< such URLs often hold a token in their path; empty: nobody is told
  enum class On { success, failure, both } on = On::both;
  std::chrono::milliseconds timeout{10'000};
  HttpSettings http;
};

/// {"event": "success", "job": …, "source": …, "manifest": {…}, "error": {"kind", "message", "hint"}}: of a failure
/// there is an error and the manifest is null, else the other way round. Pure.
std::string notification(const Ending& ending);

/// Posts it as JSON, where `ending` is one to be told of; a suspect backup always is. An answer other than 2xx, or
/// none, is a warning. Throws Error of kind cancelled only.
void notify(const NotifySettings& settings, const Ending& ending, Log& log, const CancelToken& cancel);

}  // namespace sidekick::backup
