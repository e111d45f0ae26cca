// A program that behaves in every way in which a child can: misbehave WHAT [ARGUMENT…].
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

namespace {

using Words = std::vector<std::string>;

[[noreturn]] void stay() {
  for (;;) ::pause();
}

void say(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

int number(const Words& words, std::size_t at, int usual) {
  return words.size() > at ? std::atoi(words[at].c_str()) : usual;
}

int exit_with(const Words& words) {
  return number(words, 1, 0);
}

/// Without a file of its memory.
int die(const Words& words) {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  std::signal(number(words, 1, SIGKILL), SIG_DFL);
  ::kill(::getpid(), number(words, 1, SIGKILL));
  ::pause();
  return 1;
}

int ignore_term(const Words&) {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGQUIT}) std::signal(signal, SIG_IGN);
  say("ready\n");
  stay();
}

int exit_on_term(const Words& words) {
  static int code = 0;
  code = number(words, 1, 0);
  std::signal(SIGTERM, [](int) { ::_exit(code); });
  say("ready\n");
  stay();
}

/// Leaves a grandchild that ignores everything, in a session of its own or not, and tells its id in a file.
int leave(const Words& words) {
  const bool session = words.at(1) == "session";
  if (::fork() == 0) {
    if (session) ::setsid();
    if (::fork() == 0) {
      for (const int signal : {SIGTERM, SIGHUP}) std::signal(signal, SIG_IGN);
      std::ofstream(words.at(2) + ".new") << ::getpid();
      std::rename((words.at(2) + ".new").c_str(), words.at(2).c_str());
      stay();
    }
    ::_exit(0);
  }
  ::wait(nullptr);
  while (::access(words.at(2).c_str(), F_OK) != 0) ::usleep(1000);
  if (words.size() > 3 && words[3] == "stay") stay();
  return 0;
}

int close_output(const Words& words) {
  ::close(1);
  ::close(2);
  ::usleep(100'000);
  return number(words, 1, 0);
}

/// BYTES in lines of LENGTH with their line breaks.
int flood(const Words& words) {
  const auto length = static_cast<std::size_t>(number(words, 2, 4096));
  std::string line(length - 1, 'x');
  line += '\n';
  for (long left = number(words, 1, 0); left > 0; left -= static_cast<long>(length))
    if (std::fwrite(line.data(), 1, line.size(), stdout) != line.size()) return 1;
  return std::fflush(stdout) == 0 ? 0 : 1;
}

int half_line(const Words&) {
  std::fputs("whole\nhalf", stdout);
  std::fputs("err", stderr);
  return 0;
}

int echo(const Words&) {
  char text[4096];
  for (ssize_t got = 0; (got = ::read(0, text, sizeof text)) > 0;)
    if (::write(1, text, static_cast<std::size_t>(got)) != got) return 1;
  return 0;
}

int stop_itself(const Words&) {
  say("ready\n");
  ::raise(SIGSTOP);
  return 5;
}

int zombies(const Words& words) {
  for (int i = 0; i < number(words, 1, 10); i++)
    if (::fork() == 0) ::_exit(0);
  ::usleep(100'000);
  return 0;
}

/// Each one's parent ends before it does.
int orphans(const Words& words) {
  for (int i = 0; i < number(words, 1, 10); i++) {
    if (::fork() == 0) {
      if (::fork() == 0) {
        ::usleep(2000);
        ::_exit(0);
      }
      ::_exit(0);
    }
    ::wait(nullptr);
  }
  if (words.size() > 2) {
    say("ready\n");
    stay();
  }
  return 0;
}

/// Says each signal that comes, and ends on SIGTERM.
int tell_signals(const Words&) {
  sigset_t all;
  ::sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  say("ready\n");
  for (int signal = 0; ::sigwait(&all, &signal) == 0;) {
    say(std::string("SIG") + ::sigabbrev_np(signal) + "\n");
    if (signal == SIGTERM) return 0;
  }
  return 1;
}

/// Fails with CODE until the file holds N lines, to which it adds one.
int fail_first(const Words& words) {
  int before = 0;
  {
    std::ifstream file(words.at(1));
    for (std::string line; std::getline(file, line);) before++;
  }
  const int fd = ::open(words.at(1).c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (::write(fd, "run\n", 4) != 4) return 99;
  return before < number(words, 2, 0) ? number(words, 3, 1) : 0;
}

int tell_process(const Words& words) {
  {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
      for (const char* key : {"Uid:", "Gid:", "Groups:", "Umask:", "SigBlk:", "SigIgn:"})
        if (line.rfind(key, 0) == 0) say(line + "\n");
  }
  char folder[4096] = "";
  say(std::string("Cwd: ") + (::getcwd(folder, sizeof folder) ? folder : "?") + "\n");
  say("Nice: " + std::to_string(::getpriority(PRIO_PROCESS, 0)) + "\n");
  say("Group of its own: " + std::string(::getpgrp() == ::getpid() ? "yes" : "no") + "\n");
  say("Descriptors:");
  for (int fd = 0; fd < 100; fd++)
    if (::fcntl(fd, F_GETFD) >= 0) say(" " + std::to_string(fd));
  say("\n");
  for (std::size_t i = 1; i < words.size(); i++) {
    const char* value = std::getenv(words[i].c_str());
    say(words[i] + "=" + (value ? value : "(unset)") + "\n");
  }
  return 0;
}

/// Holds memory for the report.
int eat(const Words& words) {
  const auto bytes = static_cast<std::size_t>(number(words, 1, 1)) << 20U;
  std::string memory(bytes, 'x');
  volatile std::size_t sum = 0;
  for (int round = 0; round < 20; round++)
    for (std::size_t i = 0; i < bytes; i += 64) sum = sum + static_cast<unsigned char>(memory[i]);
  return sum > 0 ? 0 : 1;
}

/// Whether standard input is a terminal whose foreground we are.
int tell_terminal(const Words&) {
  say(::tcgetpgrp(0) == ::getpgrp() ? "foreground\n" : "background\n");
  char c = 0;
  while (::read(0, &c, 1) == 1 && c != '\n') say(std::string("read ") + c + "\n");
  return 0;
}

struct Behaviour {
  const char* name;
  int (*act)(const Words&);
};

constexpr Behaviour behaviours[] = {
    {"exit", exit_with},
    {"die", die},
    {"ignore-term", ignore_term},
    {"exit-on-term", exit_on_term},
    {"leave", leave},
    {"close-output", close_output},
    {"flood", flood},
    {"half-line", half_line},
    {"echo", echo},
    {"stop-itself", stop_itself},
    {"zombies", zombies},
    {"orphans", orphans},
    {"tell-signals", tell_signals},
    {"fail-first", fail_first},
    {"tell-process", tell_process},
    {"eat", eat},
    {"tell-terminal", tell_terminal},
};

}  // namespace

int main(int argc, char** argv) {
  const Words words(argv + 1, argv + argc);
  for (const auto& behaviour : behaviours)
    if (!words.empty() && words.front() == behaviour.name) return behaviour.act(words);
  std::fprintf(stderr, "misbehave: how?\n");
  return 64;
}
