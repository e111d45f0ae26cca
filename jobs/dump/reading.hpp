/// Reads many collections in parallel, with one cursor each.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "dump/catalogue.hpp"
#include "dump/cursor.hpp"
#include "sidekick/job.hpp"

namespace sidekick::dump {

/// Receives what is read. Called only by the thread that called read_items().
struct Receiver {
  std::function<void(std::size_t item, const Batch& batch)> batch;
  std::function<void(std::size_t item)> end;
};

struct ReadSettings {
  int parallel = 4;
  mongo::Bson read_concern;
};

/// Reads those `items` whose indexes are in `which`, in that order, at most `parallel` at once. Throws Error as Cursor
/// does and what the receiver throws, after all threads have ended. Memory holds at most two of the largest answers of
/// a server (16 MiB) at once, whatever `parallel` is.
void read_items(mongo::Pool& pool, const Server& server, const std::vector<Item>& items,
                std::span<const std::size_t> which, const ReadSettings& settings, const Receiver& receiver,
                JobContext& context);

}  // namespace sidekick::dump
