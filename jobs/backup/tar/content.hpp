/// The contents of an open file in an archive.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "backup/tar/entry.hpp"
#include "filters/sink.hpp"
#include "sidekick/cancel.hpp"

namespace sidekick::backup::tar {

/// The segments of a file of `size` bytes that have data, in order; the last one is empty if the file ends with a hole.
/// Nothing if it has no holes or the file system does not report them. Merges everything beyond 100,000 segments into
/// one.
std::vector<Segment> data_segments(int fd, std::uint64_t size);

/// Writes segments of a file one after the other, in whole blocks, and zeros for data that no longer exists. Calls
/// `read_more` with the number of bytes that went into the sink. Throws Error: io naming `name`, cancelled, and what
/// the sink throws.
void write_content(int fd, const std::string& name, const std::vector<Segment>& segments, filters::Sink& sink,
                   const CancelToken& cancel, const std::function<void(std::size_t)>& read_more);

}  // namespace sidekick::backup::tar
