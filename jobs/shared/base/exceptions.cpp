#include "sidekick/exceptions.hpp"

#include <cerrno>
#include <filesystem>
#include <new>
#include <system_error>

namespace sidekick {

namespace {

bool is_errno(const std::error_code& code) {
  return code.category() == std::generic_category() || code.category() == std::system_category();
}

Error system_failure(const std::system_error& failure) {
  const auto& code = failure.code();
  if (!is_errno(code)) return {ErrorKind::internal, std::string("unexpected: ") + failure.what()};
  // The standard library throws it only for a thread.
  if (code.value() == EAGAIN)
    return {ErrorKind::temporary, "cannot start a thread: " + code.message(),
            "raise the limit of processes and threads (ulimit -u, --pids-limit)"};
  return error_from_errno("a system call failed", code.value());
}

Error file_failure(const std::filesystem::filesystem_error& failure) {
  const auto& code = failure.code();
  const auto what = "cannot access '" + failure.path1().string() + "'";
  if (is_errno(code)) return error_from_errno(what, code.value());
  return {ErrorKind::io, what + ": " + code.message()};
}

}  // namespace

Error as_error(const std::exception& exception) {
  if (const auto* error = dynamic_cast<const Error*>(&exception)) return *error;
  if (const auto* failure = dynamic_cast<const std::filesystem::filesystem_error*>(&exception))
    return file_failure(*failure);
  if (const auto* failure = dynamic_cast<const std::system_error*>(&exception)) return system_failure(*failure);
  if (dynamic_cast<const std::bad_alloc*>(&exception) != nullptr)
    return {ErrorKind::temporary, "out of memory", "raise the memory limit"};
  return {ErrorKind::internal, "unexpected: " + one_line(exception.what())};
}

}  // namespace sidekick
