#include "git_sync/remote/server_error.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

#include "sidekick/lines.hpp"
#include "sidekick/lower_case.hpp"

namespace sidekick::git_sync {

namespace {

constexpr std::array<std::string_view, 3> withheld{"not our ref", "unadvertised object", "not a valid ref"};
constexpr std::array<std::string_view, 9> absent{
    "not found",      "not exported",  "no such repository", "not appear to be a git repository",
    "does not exist", "doesn't exist", "could not be found", "no such project",
    "no such file"};
constexpr std::array<std::string_view, 7> refused{"denied",        "not authorized", "unauthorized", "forbidden",
                                                  "not permitted", "authentication", "not allowed"};

/// A text without the "remote:" and the rulers of "=====" that some forges put around it.
std::string words_in(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto line = take_remote_line(text);
    const bool has_words = std::ranges::any_of(line, [](unsigned char c) { return std::isalnum(c) != 0; });
    if (has_words) out.append(out.empty() ? "" : " ").append(line.substr(line.find_first_not_of(' ')));
  }
  return out;
}

bool mentions_any(std::string_view text, std::span<const std::string_view> phrases) {
  return std::ranges::any_of(phrases, [text](auto phrase) { return text.find(phrase) != std::string_view::npos; });
}

}  // namespace

std::string_view take_remote_line(std::string_view& text) {
  constexpr std::string_view prefix = "remote:";
  auto line = take_line(text);
  if (line.starts_with(prefix)) line.remove_prefix(prefix.size());
  return line;
}

std::string last_complaint(std::string_view output) {
  if (const auto fatal = output.find("fatal: "); fatal != std::string_view::npos)
    return one_line(output.substr(fatal + 7, output.find('\n', fatal) - fatal - 7));
  if (const auto error = output.find("ERROR: "); error != std::string_view::npos)
    return one_line(words_in(output.substr(error + 7)));
  std::string last;
  while (!output.empty())
    if (auto line = words_in(take_line(output)); !line.empty()) last = std::move(line);
  return one_line(last);
}

Error server_error(std::string_view text) {
  const auto message = one_line(text);
  const auto lower = lower_case(message);
  const auto said = "the server says '" + message + "'";
  if (mentions_any(lower, withheld))
    return {ErrorKind::no_input, said,
            "the server serves only commits that a ref names, or no longer has this one: follow a branch or a tag"};
  if (mentions_any(lower, absent))
    return {ErrorKind::no_input, said, "check the path in the URL, and that the server serves this repository"};
  if (mentions_any(lower, refused))
    return {ErrorKind::denied, said, "check the credentials, and that they can read this repository"};
  return {ErrorKind::unavailable, said};
}

}  // namespace sidekick::git_sync
