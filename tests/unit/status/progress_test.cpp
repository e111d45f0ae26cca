#include "agent/status/progress.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fcntl.h>

#include "sidekick/fd.hpp"
#include "tests/unit/support/recorder.hpp"
#include "tests/unit/support/virtual_clock.hpp"

using namespace sidekick;
using namespace sidekick::status;
using namespace std::chrono_literals;

TEST_CASE("progress is told in its unit, bytes in MiB") {
  CHECK(progress_text({3 << 20, 120 << 20, "bytes"}) == "3.0 MiB of 120.0 MiB");
  CHECK(progress_text({3000, {}, "documents"}) == "3000 documents");
  CHECK(progress_text({4, 9, "collections"}) == "4 of 9 collections");
}

TEST_CASE("the bar shows the share, and never more than all or than the terminal is wide") {
  CHECK(progress_bar({50, 100, "documents"}, 80) == "[===============>              ]  50 %  50 of 100 documents");
  CHECK(progress_bar({200, 100, "documents"}, 80).starts_with("[==============================] 100 %"));
  CHECK(progress_bar({0, 0, "documents"}, 80).starts_with("[>"));
  CHECK(progress_bar({50, 100, "documents"}, 20).size() < 20);
  CHECK(progress_bar({50, {}, "documents"}, 80) == "50 documents");
}

TEST_CASE("without a terminal there is a line of the log every ten seconds") {
  const Fd null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  Console console(null.get());
  test::VirtualClock clock;
  test::Recorder recorder;
  JobLog log(recorder, "restore", 1);
  ProgressDisplay display(clock, console, log);
  for (std::uint64_t second = 0; second < 35; second++) {
    display.progress({second, 100, "documents"});
    clock.advance(1s);
  }
  REQUIRE(recorder.events().size() == 3);
  CHECK(recorder.events()[0].line ==
        R"(level=info msg="working: 10 of 100 documents" job=restore attempt=1 done=10 total=100 unit=documents)");
}
