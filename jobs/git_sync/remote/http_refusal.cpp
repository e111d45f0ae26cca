#include "git_sync/remote/http_refusal.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "git_sync/remote/server_error.hpp"
#include "sidekick/lower_case.hpp"
#include "sidekick/redact.hpp"

namespace sidekick::git_sync {

namespace {

std::string with_status(std::string_view what, int status) {
  return std::string(what) + " (HTTP status " + std::to_string(status) + ")";
}

/// The lines of a text without the "remote:" that some forges put before each.
std::string without_prefixes(std::string_view text) {
  std::string out;
  while (!text.empty()) out.append(take_remote_line(text)).append(" ");
  return out;
}

std::string title_of(const std::string& page) {
  constexpr std::string_view tag = "<title>";
  const auto begin = lower_case(page).find(tag);
  if (begin == std::string::npos) return {};
  const auto text = page.substr(begin + tag.size());
  return text.substr(0, text.find('<'));
}

/// The ways to log in that the server names, such as "digest".
std::vector<std::string> ways_to_log_in(const HttpResponse& response) {
  constexpr std::array<std::string_view, 5> known{"basic", "bearer", "digest", "negotiate", "ntlm"};
  std::vector<std::string> out;
  for (const auto& header : response.headers) {
    if (lower_case(header.name) != "www-authenticate") continue;
    const auto value = " " + lower_case(header.value) + " ";
    for (const auto way : known)
      if (value.find(" " + std::string(way) + " ") != std::string::npos ||
          value.find(" " + std::string(way) + ",") != std::string::npos)
        out.emplace_back(way);
  }
  return out;
}

/// "Digest or NTLM" where the server takes none of the ways that are known here; empty where it does or says nothing.
std::string unknown_ways(const HttpResponse& response) {
  const auto ways = ways_to_log_in(response);
  std::string out;
  for (const auto& way : ways) {
    if (way == "basic" || way == "bearer") return {};
    auto name = way == "ntlm" ? "NTLM" : way;
    name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
    out += (out.empty() ? "" : " or ") + name;
  }
  return out;
}

bool limits_rate(const HttpResponse& response, const std::string& words) {
  if (response.status == 429) return true;
  return response.status == 403 && (response.header("X-RateLimit-Remaining") == "0" || response.header("Retry-After") ||
                                    lower_case(words).find("rate limit") != std::string::npos);
}

Error rate_limit(const HttpResponse& response, const std::string& said) {
  const auto pause = one_line(response.header("Retry-After").value_or(""));
  const bool is_number = std::ranges::all_of(pause, [](unsigned char c) { return std::isdigit(c) != 0; });
  const auto when = pause.empty() ? std::string()
                    : is_number   ? "it wants " + pause + " s of rest; "
                                  : "not before " + pause + "; ";
  return {ErrorKind::unavailable, with_status("the server limits the rate of requests", response.status) + said,
          when + "a longer --period asks less often, and many servers allow more with a login"};
}

Error refused_login(const HttpResponse& response, const UserPassword& login, const std::string& said) {
  const auto user = is_user_secret(login) ? std::string() : " of user '" + one_line(login.user) + "'";
  if (response.status == 403)
    return {ErrorKind::denied, with_status("the server refuses access", 403) + said,
            "the login" + user + " may not read this repository, or not from here: check its rights"};
  return {ErrorKind::denied, with_status("the server rejects the credentials", response.status) + said,
          "check the password or token" + user + ", and that it can read this repository"};
}

Error wants_login(const HttpResponse& response, const std::string& said) {
  if (response.status == 403)
    return {ErrorKind::denied, with_status("the server refuses access", 403) + said,
            "no credential was sent: see --username, --credential and --askpass-url; or this address is not allowed"};
  return {ErrorKind::denied, with_status("the server requires credentials", response.status) + said,
          "no credential is configured for this URL: see --username, --credential, --netrc-file and --askpass-url"};
}

/// Where the answer came from; nothing where that is the host that was asked.
std::optional<std::string> other_host(const HttpResponse& response, const AskedFor& asked) {
  if (response.effective_url.empty() || same_origin(parse_url(response.effective_url), asked.url)) return {};
  return redact_url(response.effective_url);
}

Error denied(const HttpResponse& response, const AskedFor& asked, const std::string& said) {
  if (const auto host = other_host(response, asked))
    return {ErrorKind::denied,
            with_status("the server redirects to '" + *host + "', which requires credentials", response.status) + said,
            asked.login ? "the login is not sent to another host: if that one is right, use its URL"
                        : "if that host is right, use its URL, and give credentials for it"};
  if (const auto ways = unknown_ways(response); !ways.empty())
    return {ErrorKind::denied, with_status("the server accepts only a login by " + ways, response.status) + said,
            "only basic authentication is supported: use a token where the server takes one, or ssh"};
  return asked.login ? refused_login(response, *asked.login, said) : wants_login(response, said);
}

}  // namespace

std::string words_of(const HttpResponse& response) {
  const auto type = lower_case(response.header("Content-Type").value_or(""));
  std::string text;
  if (type.starts_with("text/plain") || type.starts_with("application/json"))
    text = without_prefixes(response.body);
  else if (type.starts_with("text/html"))
    text = title_of(response.body);
  return redact_words(one_line(text));
}

Error http_refusal(const HttpResponse& response, const AskedFor& asked) {
  auto words = words_of(response);
  // A server may repeat what it was sent.
  if (asked.login && !asked.login->password.empty() && words.find(asked.login->password.reveal()) != std::string::npos)
    words.clear();
  const auto said = words.empty() ? std::string() : ": it says '" + words + "'";
  if (limits_rate(response, words)) return rate_limit(response, said);
  if (response.status == 401 || response.status == 403) return denied(response, asked, said);
  if (response.status == 404 || response.status == 410)
    return {ErrorKind::no_input, "no such repository" + said,
            "check the URL; some servers also answer this where credentials are missing"};
  const auto what = with_status("the server answers with an error", response.status);
  const bool may_pass = response.status >= 500 || response.status == 408;
  if (const auto target = response.header("Location"))
    return {ErrorKind::data, what + ": it redirects to '" + redact_url(one_line(*target)) + "'",
            "if that is the repository, use that URL"};
  return {may_pass ? ErrorKind::unavailable : ErrorKind::data, what + said};
}

std::optional<Error> redirected_elsewhere(const HttpResponse& response, const AskedFor& asked) {
  if (response.effective_url.empty()) return {};
  const auto there = parse_url(response.effective_url);
  if (same_origin(there, asked.url) && there.path == asked.url.path) return {};
  const auto place = there.origin() + there.path;  // a query may hold secrets of the login
  return Error(ErrorKind::denied, "the server redirects to '" + redact_url(place) + "', which is not a git repository",
               asked.login ? "it may be a login page: the server may not accept the credentials; or the URL is wrong"
                           : "it may be a login page: give credentials, see --username and --credential; or the URL is "
                             "wrong");
}

}  // namespace sidekick::git_sync
