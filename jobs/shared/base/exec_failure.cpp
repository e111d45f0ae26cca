#include "sidekick/exec_failure.hpp"

#include <elf.h>
#include <sys/utsname.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <string_view>
#include <utility>

namespace sidekick {

namespace {

std::string start_of_file(const std::string& path) {
  std::string text(256, '\0');
  std::ifstream in(path, std::ios::binary);
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

std::string processor_of(std::string_view start) {
  constexpr std::size_t machine_at = 18;
  if (!start.starts_with(ELFMAG) || start.size() < machine_at + 2) return {};
  const auto byte = [&](std::size_t at) { return static_cast<unsigned>(static_cast<unsigned char>(start[at])); };
  const bool big = byte(EI_DATA) == ELFDATA2MSB;
  const auto machine = byte(machine_at + (big ? 1 : 0)) | byte(machine_at + (big ? 0 : 1)) << 8U;
  constexpr std::array<std::pair<unsigned, const char*>, 7> known{{{EM_386, "i386"},
                                                                   {EM_ARM, "arm"},
                                                                   {EM_X86_64, "x86_64"},
                                                                   {EM_AARCH64, "aarch64"},
                                                                   {EM_PPC64, "ppc64"},
                                                                   {EM_S390, "s390x"},
                                                                   {EM_RISCV, "riscv"}}};
  for (const auto& [number, name] : known)
    if (machine == number) return name;
  return "another processor";
}

std::string this_machine() {
  struct utsname name{};
  return ::uname(&name) == 0 ? name.machine : "unknown";
}

/// What follows "#!"; empty where the file is no script.
std::string interpreter_of(std::string_view start) {
  if (!start.starts_with("#!")) return {};
  const auto begin = std::min(start.find_first_not_of(" \t", 2), start.size());
  return std::string(start.substr(begin, start.find_first_of(" \t\r\n", begin) - begin));
}

bool has_cr_in_first_line(std::string_view start) {
  const auto end = start.find('\n');
  return start.starts_with("#!") && end != std::string_view::npos && start[end - 1] == '\r';
}

}  // namespace

Error exec_failure(const std::string& what, const std::string& path, int number) {
  if (number != ENOEXEC && number != ENOENT) return error_from_errno(what, number);
  const auto start = start_of_file(path);
  const auto kind = number == ENOEXEC ? ErrorKind::denied : ErrorKind::no_input;
  if (has_cr_in_first_line(start))
    return {kind, what + ": its first line ends with CR LF, and CR is not part of the interpreter's name",
            "save it with line ends of LF, as 'sed -i s/\\r$//' does", Retry::never};
  if (number == ENOENT) {
    if (start.empty()) return error_from_errno(what, number);
    const auto interpreter = interpreter_of(start);
    const auto missing = interpreter.empty() ? "its interpreter or loader" : "its interpreter '" + interpreter + "'";
    return {kind, what + ": " + missing + " does not exist", "check that the image has that interpreter or loader",
            Retry::never};
  }
  if (const auto processor = processor_of(start); !processor.empty() && processor != this_machine())
    return {kind, what + ": it is a program for " + processor + ", and this machine is " + this_machine(),
            "use the program, or the image, for this machine", Retry::never};
  return {kind, what + ": not a program", "a script needs a first line such as #!/bin/sh", Retry::never};
}

}  // namespace sidekick
