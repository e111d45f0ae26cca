/// Processes many items with several clients in parallel.
#pragma once

#include <cstddef>
#include <exception>

#include "mongo/client.hpp"
#include "sidekick/parallel.hpp"

namespace sidekick::restore {

/// True for an Error of kind data: a server rejects the one item.
bool is_refusal(const std::exception_ptr& failure) noexcept;

/// Calls `work(client, i)` for each i below `count`, on at most `workers` threads, each with its own client. Where a
/// server rejects an item (an Error of kind data), the others are still tried. After any other failure no further item
/// is started, so that a lost server is waited for once and not once per item. The first failure is rethrown.
template <class Work>
void for_each_item(mongo::Pool& pool, int workers, std::size_t count, Work work) {
  for_each_in_parallel(static_cast<std::size_t>(workers), count, [&] { return pool.client(); }, work, is_refusal);
}

}  // namespace sidekick::restore
