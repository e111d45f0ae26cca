#include "filters/fd_sink.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <thread>

#include "tests/unit/support/errors.hpp"
#include "tests/unit/support/sources.hpp"

using namespace sidekick;
using namespace sidekick::filters;
using namespace sidekick::test;

namespace {

struct Ends {
  Fd read, write;
};

Ends make_pipe() {
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  return {Fd(ends[0]), Fd(ends[1])};
}

Ends make_socket() {
  std::array<int, 2> ends{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
  return {Fd(ends[0]), Fd(ends[1])};
}

Buffer some_bytes(std::size_t n) {
  Buffer out(n);
  for (std::size_t i = 0; i < n; i++) out[i] = static_cast<std::uint8_t>(i * 7 + i / 251);
  return out;
}

/// As in all of the program, for as long as a test runs.
class NoSigpipe final {
 public:
  ~NoSigpipe() { std::signal(SIGPIPE, before_); }

 private:
  void (*before_)(int) = std::signal(SIGPIPE, SIG_IGN);
};

}  // namespace

TEST_CASE("a descriptor takes all that is written - file and pipe and socket alike") {
  const NoSigpipe ignored;
  const auto bytes = some_bytes(3'000'000);
  for (auto ends : {0, 1}) {
    auto pair = ends == 0 ? make_pipe() : make_socket();
    Buffer got;
    std::thread reader([&] {
      FdSource source(std::move(pair.read), "x", CancelToken());
      got = read_all(source, 10'000);
    });
    FdSink sink(std::move(pair.write), "x", CancelToken());
    sink.write(bytes);
    sink.write({});
    CHECK(sink.bytes() == bytes.size());
    sink.finish();
    reader.join();
    CHECK(got == bytes);
  }
  const TempDir folder;
  FdSink sink(Fd(::open((folder / "f").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600)), "f", CancelToken());
  sink.write(bytes);
  sink.sync();
  sink.finish();
  CHECK(file_bytes(folder / "f") == bytes);
}

TEST_CASE("a pipe that others share keeps its flags") {
  auto pipe = make_pipe();
  const Fd shared(::dup(pipe.write.get()));
  FdSink sink(std::move(pipe.write), "x", CancelToken());
  sink.write(some_bytes(10));
  CHECK((::fcntl(shared.get(), F_GETFL) & O_NONBLOCK) == 0);
}

TEST_CASE("a write that nobody reads gives way to a stop") {
  for (auto ends : {0, 1}) {
    auto pair = ends == 0 ? make_pipe() : make_socket();
    CancelSource stop;
    FdSink sink(std::move(pair.write), "x", stop.token());
    std::thread stopper([&] {
      std::array<char, 1> one{};
      // Something is in the pipe: so the writer is at work.
      CHECK(::read(pair.read.get(), one.data(), one.size()) == 1);
      stop.cancel();
    });
    const auto error = error_of([&] { sink.write(some_bytes(10'000'000)); });
    stopper.join();
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::cancelled);
  }
}

TEST_CASE("a reader that is gone and a disk that is full are told with what to do") {
  const NoSigpipe ignored;
  auto pipe = make_pipe();
  FdSink broken(std::move(pipe.write), "standard output", CancelToken());
  pipe.read.reset();
  const auto gone = error_of([&] { broken.write(some_bytes(10)); });
  REQUIRE(gone);
  CHECK(gone->kind() == ErrorKind::io);
  CHECK_FALSE(gone->transient());
  CHECK(mentions(*gone, "cannot write 'standard output'"));
  CHECK_FALSE(gone->hint().empty());

  FdSink full(Fd(::open("/dev/full", O_WRONLY | O_CLOEXEC)), "out", CancelToken());
  const auto no_space = error_of([&] { full.write(some_bytes(10)); });
  REQUIRE(no_space);
  CHECK(no_space->kind() == ErrorKind::io);
  CHECK(no_space->transient());
  CHECK(mentions(*no_space, "free space on the disk"));
}
