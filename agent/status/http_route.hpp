/// What an endpoint is asked and answers.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sidekick/http_client.hpp"

namespace sidekick::status {

struct Request {
  std::string method;
  std::string path;  ///< without the query
  std::vector<HttpHeader> headers;
  std::string body;

  /// The first header of that name, whatever its case; nothing where there is none.
  std::optional<std::string_view> header(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string body;  ///< lines of text, unless `content_type` says otherwise
  std::string content_type = "text/plain; charset=utf-8";
  // Without an initializer the compiler warns where it is left out.
  std::vector<HttpHeader> headers{};  // NOLINT(readability-redundant-member-init)
};

/// Answers requests of one method to one path; GET answers HEAD too. `handle` is called in the server's thread and must
/// not block.
struct Route {
  std::string method;
  std::string path;  ///< "*": every path that no other route has
  std::function<Response(const Request&)> handle;
};

}  // namespace sidekick::status
