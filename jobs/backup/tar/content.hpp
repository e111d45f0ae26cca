/// The bytes of one open file, as they go into an archive.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "backup/tar/entry.hpp"
#include "filters/sink.hpp"
#include "sidekick/cancel.hpp"

namespace sidekick::backup::tar {

/// Where a file of `size` bytes has data, in order, the last one empty where it ends with a hole; nothing where it has
/// no holes, or the file system tells of none. Of more than 100,000 stretches the rest is one.
std::vector<Segment> data_segments(int fd, std::uint64_t size);

/// Writes segments of a file one after the other, in whole blocks; zeros in place of what it has no more. `read_more`
/// is told how many bytes went into the sink. Throws Error: io naming `name`, cancelled, and what the sink throws.
void write_content(int fd, const std::string& name, const std::vector<Segment>& segments, filters::Sink& sink,
                   const CancelToken& cancel, const std::function<void(std::size_t)>& read_more);

}  // namespace sidekick::backup::tar
