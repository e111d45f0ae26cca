/// What exceptions of the standard library mean, in the vocabulary of Error.
#pragma once

#include <exception>

#include "sidekick/error.hpp"

namespace sidekick {

/// An Error as it is. A failure of the file system or of a system call has the kind of error_from_errno() and names the
/// path; a thread that cannot be had and memory that has run out are `temporary`; all else is `internal`, a bug.
Error as_error(const std::exception& exception);

/// Calls `work`; what it throws comes out as Error.
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
