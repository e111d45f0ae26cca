#include "restore/parallel.hpp"

#include "sidekick/error.hpp"

namespace sidekick::restore {

bool is_refusal(const std::exception_ptr& failure) noexcept try {
  std::rethrow_exception(failure);
} catch (const Error& error) {
  return error.kind() == ErrorKind::data;
} catch (...) {
  return false;
}

}  // namespace sidekick::restore
