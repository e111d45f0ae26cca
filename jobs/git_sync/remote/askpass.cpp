#include "git_sync/remote/askpass.hpp"

#include <algorithm>

#include "git_sync/remote/http_refusal.hpp"
#include "sidekick/error.hpp"
#include "sidekick/lines.hpp"

namespace sidekick::git_sync {

UserPassword parse_login(std::string_view lines) {
  constexpr std::string_view username = "username=";
  constexpr std::string_view password = "password=";
  std::optional<std::string> user;
  std::optional<Secret> secret;
  while (!lines.empty()) {
    auto line = take_line(lines);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with(username)) user = line.substr(username.size());
    if (line.starts_with(password)) secret = Secret(std::string(line.substr(password.size())));
  }
  if (!user || !secret)
    throw Error(ErrorKind::data, "the askpass URL returned no login",
                "it must return the lines 'username=' and 'password='");
  return {std::move(*user), std::move(*secret)};
}

namespace {

std::string said(const HttpResponse& answer) {
  const auto words = words_of(answer);
  return words.empty() ? words : ": it says '" + words + "'";
}

}  // namespace

UserPassword ask_for_login(const std::string& url, HttpClient& http, const CancelToken& cancel) {
  constexpr std::size_t max_bytes = 64 << 10;
  const HttpRequest request{.url = url, .max_redirects = 5, .timeout = std::chrono::seconds(30)};
  const auto answer = http.send(request, cancel, max_bytes);
  if (answer.status == 200) return parse_login(answer.body);
  throw Error(answer.status == 401 || answer.status == 403 ? ErrorKind::denied : ErrorKind::unavailable,
              "the askpass URL answered " + std::to_string(answer.status) + said(answer));
}

}  // namespace sidekick::git_sync
