/// Looking at the Error that a call ends with.
#pragma once

#include <optional>
#include <string>

#include "sidekick/error.hpp"

namespace sidekick::test {

/// The error that `call` throws, or nothing.
template <class Call>
std::optional<Error> error_of(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

inline bool mentions(const Error& error, const std::string& text) {
  return (error.message() + " " + error.hint()).find(text) != std::string::npos;
}

}  // namespace sidekick::test
