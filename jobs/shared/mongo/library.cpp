#include "mongo/library.hpp"

#include <mongoc/mongoc.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "sidekick/error.hpp"

namespace sidekick::mongo {

namespace {

// Memory must not be allocated here, and an exception cannot pass through the libraries.
[[noreturn]] void end_for_want_of_memory() noexcept {
  constexpr std::string_view line =
      R"({"level":"error","msg":"out of memory","hint":"raise the memory limit","kind":"temporary","code":75})"
      "\n";
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
  ::_exit(info(ErrorKind::temporary).exit_code);
}

void* checked(void* memory, std::size_t bytes) noexcept {
  if (memory == nullptr && bytes > 0) end_for_want_of_memory();
  return memory;
}

void* allocate(std::size_t bytes) noexcept {
  return checked(std::malloc(bytes), bytes);
}

void* allocate_zeroed(std::size_t count, std::size_t bytes) noexcept {
  return checked(std::calloc(count, bytes), count != 0 ? bytes : 0);
}

void* reallocate(void* memory, std::size_t bytes) noexcept {
  return checked(std::realloc(memory, bytes), bytes);
}

}  // namespace

void prepare_libraries() noexcept {
  bson_mem_vtable_t memory{};
  memory.malloc = allocate;
  memory.calloc = allocate_zeroed;
  memory.realloc = reallocate;
  memory.free = std::free;
  bson_mem_set_vtable(&memory);
  mongoc_log_set_handler(nullptr, nullptr);
}

}  // namespace sidekick::mongo
