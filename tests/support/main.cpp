#include <catch2/catch_session.hpp>
#include <mongoc/mongoc.h>
#include <unistd.h>

#include <cstdlib>

#include "tests/support/test_lists.hpp"

// The tests look at what their clients return; the driver's own messages would stand between the lines of the report.
static void silent(mongoc_log_level_t, const char*, const char*, void*) {}

int main(int argc, char** argv) {
  // Whoever was process 1 of its container and was killed left the driver's /dev/shm/mongoc-1 to the next.
  ::setenv("MONGOC_DISABLE_SHM", "1", 1);
  mongoc_log_set_handler(silent, nullptr);
  mongoc_init();
  sidekick::test::add_generated_tests();
  Catch::Session session;
  // By them ctest sorts the cases; see tests/CMakeLists.txt.
  session.configData().filenamesAsTags = true;
  const int failed = session.run(argc, argv);
  mongoc_cleanup();
  return failed;
}
