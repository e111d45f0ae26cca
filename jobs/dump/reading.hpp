/// Reading many collections at once, by one cursor each.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "dump/catalogue.hpp"
#include "dump/cursor.hpp"
#include "sidekick/job.hpp"

namespace sidekick::dump {

/// What becomes of what is read. Called by the thread that called read_items() alone.
struct Receiver {
  std::function<void(std::size_t item, const Batch& batch)> batch;
  std::function<void(std::size_t item)> end;
};

struct ReadSettings {
  int parallel = 4;
  mongo::Bson read_concern;
};

/// Reads those `items` whose indexes are in `which`, in that order, at most `parallel` at once. Throws Error as Cursor
/// does and what the receiver throws; no thread is left then. In memory there is no more at once than two of the
/// largest answers a server gives (16 MiB), whatever `parallel` is.
void read_items(mongo::Pool& pool, const Server& server, const std::vector<Item>& items,
                std::span<const std::size_t> which, const ReadSettings& settings, const Receiver& receiver,
                JobContext& context);

}  // namespace sidekick::dump
