/// The settings of `wait`.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "sidekick/http_client.hpp"
#include "sidekick/secret.hpp"

namespace sidekick::wait {

struct Settings {
  std::vector<Secret> urls;  ///< one or more; may hold passwords
  enum class Need { all, any } need = Need::all;
  enum class Until { there, gone } until = Until::there;
  std::chrono::milliseconds stable{0};               ///< each must stay available for so long, and all at the same time
  std::optional<std::chrono::milliseconds> timeout;  ///< for everything; nothing: no limit
  std::chrono::milliseconds look_timeout{5'000};     ///< for one check of one target

  // http and https
  std::vector<int> expect_status;  ///< empty: 200 to 399
  std::string expect_body;         ///< text that the body must contain; empty: any
  std::vector<HttpHeader> headers;
  HttpSettings http;
};

}  // namespace sidekick::wait
