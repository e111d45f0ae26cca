// Whatever bytes a git server answers with: reading them ends with refs, a pack, or an Error.

#include <cstdint>
#include <cstdlib>

#include "base/ssh/known_hosts.hpp"
#include "git_sync/remote/fetch_pack.hpp"
#include "git_sync/remote/greeting.hpp"
#include "git_sync/remote/ls_refs.hpp"
#include "sidekick/error.hpp"

namespace {

using namespace sidekick;
using namespace sidekick::git_sync;

class Nowhere final : public PackSink {
  void write(std::span<const std::byte>) override {}
};

void read(LineReader&& reader, std::span<const std::byte> bytes, std::size_t step) {
  PktSplitter splitter(reader);
  try {
    while (!bytes.empty() && splitter.feed(bytes.first(std::min(step, bytes.size()))) == Reading::goes_on)
      bytes = bytes.subspan(std::min(step, bytes.size()));
  } catch (const Error& error) {
    if (error.message().empty()) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const FetchRequest request{{ObjectId()}, {}, {}, 1};
  Nowhere sink;
  for (const std::size_t step : {SIZE_MAX, std::size_t{7}}) {
    read(GreetingReader(), bytes, step);
    read(LsRefsReader(), bytes, step);
    read(FetchReaderV2(request, sink), bytes, step);
    read(FetchReaderV0(request, {}, sink), bytes, step);
  }
  known_keys({reinterpret_cast<const char*>(data), size}, "example.com", 2222);
  return 0;
}
