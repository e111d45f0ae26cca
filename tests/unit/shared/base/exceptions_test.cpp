#include "sidekick/exceptions.hpp"

#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <new>
#include <stdexcept>
#include <system_error>

using namespace sidekick;
namespace fs = std::filesystem;

namespace {

Error failure_at(std::errc cause) {
  return as_error(fs::filesystem_error("cannot iterate", "/data/x", std::make_error_code(cause)));
}

}  // namespace

TEST_CASE("failures of the file system name the path and have the kind of their number") {
  CHECK(failure_at(std::errc::permission_denied).kind() == ErrorKind::denied);
  CHECK(failure_at(std::errc::no_such_file_or_directory).kind() == ErrorKind::no_input);
  CHECK(failure_at(std::errc::not_a_directory).kind() == ErrorKind::no_input);
  CHECK(failure_at(std::errc::read_only_file_system).kind() == ErrorKind::cannot_create);
  CHECK(failure_at(std::errc::no_space_on_device).kind() == ErrorKind::io);
  CHECK(failure_at(std::errc::permission_denied).message().find("'/data/x'") != std::string::npos);
}

TEST_CASE("a lack of threads or memory is temporary and not a bug") {
  const auto thread = as_error(std::system_error(EAGAIN, std::system_category()));
  CHECK(thread.kind() == ErrorKind::temporary);
  CHECK(thread.transient());
  CHECK(thread.message().find("thread") != std::string::npos);
  CHECK(as_error(std::bad_alloc()).kind() == ErrorKind::temporary);
  CHECK(as_error(std::out_of_range("vector::at\nx")).kind() == ErrorKind::internal);
  CHECK(as_error(Error(ErrorKind::data, "x", "y")).hint() == "y");
}
