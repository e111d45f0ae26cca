#include "git_sync/remote/server_error.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

namespace sidekick::git_sync {

namespace {

constexpr std::array<std::string_view, 3> withheld{"not our ref", "unadvertised object", "not a valid ref"};
constexpr std::array<std::string_view, 9> absent{
    "not found",      "not exported",  "no such repository", "not appear to be a git repository",
    "does not exist", "doesn't exist", "could not be found", "no such project",
    "no such file"};
constexpr std::array<std::string_view, 7> refused{"denied",        "not authorized", "unauthorized", "forbidden",
                                                  "not permitted", "authentication", "not allowed"};

bool mentions_any(std::string_view text, std::span<const std::string_view> phrases) {
  return std::ranges::any_of(phrases, [text](auto phrase) { return text.find(phrase) != std::string_view::npos; });
}

}  // namespace

std::string last_complaint(std::string_view output) {
  if (const auto fatal = output.find("fatal: "); fatal != std::string_view::npos)
    return one_line(output.substr(fatal + 7, output.find('\n', fatal) - fatal - 7));
  while (output.ends_with('\n')) output.remove_suffix(1);
  const auto newline = output.rfind('\n');
  return one_line(newline == std::string_view::npos ? output : output.substr(newline + 1));
}

Error server_error(std::string_view text) {
  const auto message = one_line(text);
  auto lower = message;
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
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
