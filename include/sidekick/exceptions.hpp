/// Converts exceptions of the standard library to Error.
#pragma once

#include <exception>

#include "sidekick/error.hpp"

namespace sidekick {

/// Returns an Error unchanged. A failure of the file system or of a system call gets the kind of error_from_errno() and
/// the path; lack of threads or memory is `temporary`; everything else is `internal`, a bug.
Error as_error(const std::exception& exception);

/// Calls `work`, and converts what it throws to Error.
template <class Work>
auto with_errors(Work work) {
  try {
    return work();
  } catch (const Error&) {
    throw;
  } catch (const std::exception& exception) {
    throw as_error(exception);
  } catch (...) {
    throw Error(ErrorKind::internal, "unexpected exception of an unknown type");
  }
}

}  // namespace sidekick
