/// Places on loopback where a server may listen.
#pragma once

#include <cstdint>

namespace sidekick::test {

/// A TCP port of 127.0.0.1 that was free a moment ago. Whoever binds it must be ready to find it taken.
std::uint16_t free_port();

}  // namespace sidekick::test
