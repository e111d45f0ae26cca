#include "sidekick/error.hpp"

#include <array>
#include <cerrno>
#include <system_error>

#include "sidekick/redact.hpp"

namespace sidekick {

namespace {

constexpr std::array<ErrorKindInfo, 13> kinds{{
    {ErrorKind::usage, "usage", 64, false},
    {ErrorKind::data, "data", 65, false},
    {ErrorKind::no_input, "no_input", 66, false},
    {ErrorKind::unavailable, "unavailable", 69, true},
    {ErrorKind::internal, "internal", 70, false},
    {ErrorKind::cannot_create, "cannot_create", 73, false},
    {ErrorKind::io, "io", 74, true},
    {ErrorKind::temporary, "temporary", 75, true},
    {ErrorKind::denied, "denied", 77, false},
    {ErrorKind::config, "config", 78, false},
    {ErrorKind::timeout, "timeout", 124, true},
    {ErrorKind::cancelled, "cancelled", 143, false},
    {ErrorKind::command, "command", 1, true},
}};

ErrorKind kind_of_errno(int number) {
  switch (number) {
    case EACCES:
    case EPERM:
      return ErrorKind::denied;
    case ENOENT:
    case ENOTDIR:
      return ErrorKind::no_input;
    case EROFS:
      return ErrorKind::cannot_create;
    default:
      return ErrorKind::io;
  }
}

}  // namespace

const ErrorKindInfo& info(ErrorKind kind) noexcept {
  return kinds[static_cast<std::size_t>(kind)];
}

Error::Error(ErrorKind kind, std::string message, std::string hint, Retry retry)
    : kind_(kind), message_(std::move(message)), hint_(std::move(hint)), retry_(retry) {
  message_ = redact_words(message_);
}

bool Error::transient() const noexcept {
  return retry_ == Retry::as_kind && info(kind_).transient;
}

Error Error::without_retry() const {
  auto out = *this;
  out.retry_ = Retry::never;
  return out;
}

Error Error::with_exit_code(int code) const {
  auto out = *this;
  out.exit_code_ = code;
  return out;
}

Error error_from_errno(std::string what, int number, std::string hint) {
  const auto kind = kind_of_errno(number);
  // Neither the path nor the limit changes on retry.
  const bool lasts = number == EFBIG || number == ELOOP || number == ENAMETOOLONG;
  if (hint.empty() && number == EMFILE) hint = "raise the limit of open files (ulimit -n)";
  return {kind, std::move(what) + ": " + std::generic_category().message(number), std::move(hint),
          kind == ErrorKind::io && !lasts ? Retry::as_kind : Retry::never};
}

std::string one_line(std::string_view text) {
  constexpr std::size_t max_text_bytes = 300;
  std::string out;
  for (const char c : text.substr(0, max_text_bytes)) {
    const bool blank = static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
    if (!blank)
      out += c;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  while (out.ends_with(' ') || out.ends_with('.')) out.pop_back();
  return out;
}

}  // namespace sidekick
