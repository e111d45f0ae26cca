// `sidekick run` on a terminal: its command is the foreground, and a shell that started it keeps job control.
#include <catch2/catch_test_macros.hpp>
#include <fcntl.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "sidekick/fd.hpp"
#include "tests/support/command_run.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/sidekick.hpp"
#include "tests/support/temp_dir.hpp"

using namespace sidekick;
using namespace sidekick::test;

namespace {

/// A program on a terminal of its own, whose keys a test presses. Killed on destruction.
class OnTerminal {
 public:
  explicit OnTerminal(std::vector<std::string> words) {
    int keys = -1;
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    pid_ = ::forkpty(&keys, nullptr, nullptr, nullptr);
    if (pid_ == 0) {
      ::execvp(argv[0], argv.data());
      ::_exit(127);
    }
    keys_.reset(keys);
    ::fcntl(keys, F_SETFL, O_NONBLOCK);
  }
  ~OnTerminal() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  OnTerminal(const OnTerminal&) = delete;
  OnTerminal& operator=(const OnTerminal&) = delete;

  void press(const std::string& text) const {
    REQUIRE(::write(keys_.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }

  bool shows(const std::string& text) {
    return eventually(20s, [&] {
      read_screen();
      const auto at = screen_.find(text);
      if (at != std::string::npos) screen_.erase(0, at + text.size());
      return at != std::string::npos;
    });
  }

  int exit_code() {
    int status = 0;
    const bool over = eventually(20s, [&] {
      read_screen();  // who changes the terminal's modes waits until all is read
      return ::waitpid(pid_, &status, WNOHANG) == pid_;
    });
    if (over) pid_ = -1;
    return over && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  const std::string& screen() const { return screen_; }

 private:
  void read_screen() {
    char chunk[4096];
    for (ssize_t got = 0; (got = ::read(keys_.get(), chunk, sizeof chunk)) > 0;)
      screen_.append(chunk, static_cast<std::size_t>(got));
  }

  Fd keys_;
  pid_t pid_ = -1;
  std::string screen_;
};

}  // namespace

TEST_CASE("a command on a terminal is in the foreground, reads from it and gets the signals of its keys") {
  OnTerminal terminal(run_misbehave(Place::ordinary, {}, {"tell-terminal"}).words);
  CHECK(terminal.shows("foreground"));
  terminal.press("a\n");
  CHECK(terminal.shows("read a"));
  CHECK(terminal.exit_code() == 0);
  OnTerminal interrupted(run_misbehave(Place::ordinary, {}, {"tell-terminal"}).words);
  CHECK(interrupted.shows("foreground"));
  interrupted.press("\x03");
  CHECK(interrupted.exit_code() == 128 + SIGINT);
}

TEST_CASE("a command on the terminal of PID 1 is in the foreground and a shell there has job control") {
  OnTerminal terminal(run_command(Place::first_process, {}, {"bash", "--norc", "-i"}).words);
  terminal.press("PS1='ready> '\n");
  CHECK(terminal.shows("ready> "));
  terminal.press("sh -c 'echo begun; exec sleep 77'\n");
  CHECK(terminal.shows("begun\r\n"));
  terminal.press("\x1a");
  CHECK(terminal.shows("Stopped"));
  CHECK(terminal.screen().find("no job control") == std::string::npos);
  terminal.press("exit 9\nexit 9\n");  // the first is refused for the stopped job
  const int code = terminal.exit_code();
  INFO(terminal.screen());
  CHECK(code == 9);
}

TEST_CASE("a shell that started sidekick gets the terminal back when the command is stopped and can go on with it") {
  OnTerminal terminal({"bash", "--norc", "-i"});
  terminal.press("PS1='ready> '\n");
  CHECK(terminal.shows("ready> "));
  terminal.press("'" + sidekick_binary() + "' run -- '" + misbehave() + "' tell-terminal\n");
  CHECK(terminal.shows("foreground\r\n"));
  terminal.press("\x1a");
  CHECK(terminal.shows("Stopped"));
  CHECK(terminal.shows("ready> "));
  terminal.press("fg\n");
  CHECK(terminal.shows("tell-terminal\r\n"));
  terminal.press("b\n");
  CHECK(terminal.shows("read b"));
  CHECK(terminal.shows("ready> "));
  terminal.press("exit 6\n");
  CHECK(terminal.exit_code() == 6);
}

TEST_CASE("a command that opens its terminal gets it although its standard input is something else") {
  OnTerminal terminal({"bash", "--norc", "-i"});
  terminal.press("PS1='ready> '\n");
  CHECK(terminal.shows("ready> "));
  terminal.press("'" + sidekick_binary() + "' run -- sh -c 'echo asks; read x </dev/tty; echo got $x' </dev/null\n");
  CHECK(terminal.shows("asks\r\n"));
  terminal.press("me\n");
  CHECK(terminal.shows("got me"));
  CHECK(terminal.shows("ready> "));
  terminal.press("exit 6\n");
  CHECK(terminal.exit_code() == 6);
}

TEST_CASE("a command that was ended by a key is not tried again") {
  OnTerminal terminal(run_misbehave(Place::ordinary, {"--retries=1000"}, {"tell-terminal"}).words);
  CHECK(terminal.shows("foreground"));
  terminal.press("\x03");
  CHECK(terminal.exit_code() == 128 + SIGINT);
}

TEST_CASE("a background command that uses the terminal is stopped as any job and goes on in the foreground") {
  OnTerminal terminal({"bash", "--norc", "-i"});
  terminal.press("PS1='ready> '; set -b\n");
  CHECK(terminal.shows("ready> "));
  terminal.press("'" + sidekick_binary() + "' run -- '" + misbehave() + "' tell-terminal &\n");
  CHECK(terminal.shows("background\r\n"));
  CHECK(terminal.shows("Stopped"));
  terminal.press("fg\n");
  CHECK(terminal.shows("tell-terminal\r\n"));
  terminal.press("b\n");
  CHECK(terminal.shows("read b"));
  CHECK(terminal.shows("ready> "));
  terminal.press("exit 6\n");
  CHECK(terminal.exit_code() == 6);
}

TEST_CASE("a command that ends in the background does not take the terminal from the shell") {
  const TempDir folder;
  const auto go = (folder / "go").string();
  OnTerminal terminal({"bash", "--norc", "-i"});
  terminal.press("PS1='ready> '\n");
  CHECK(terminal.shows("ready> "));
  terminal.press("'" + sidekick_binary() + "' run -- sh -c 'echo begun; while [ ! -e " + go +
                 " ]; do sleep 0.02; done'\n");
  CHECK(terminal.shows("begun\r\n"));
  terminal.press("\x1a");
  CHECK(terminal.shows("Stopped"));
  CHECK(terminal.shows("ready> "));
  terminal.press("bg\n");
  CHECK(terminal.shows("ready> "));
  write_file(go, "");
  CHECK(terminal.shows("exited with 0"));
  terminal.press("echo $((40 + 2))\n");
  CHECK(terminal.shows("42\r\n"));
  terminal.press("exit 6\n");
  CHECK(terminal.exit_code() == 6);
}
