/// An event as one line of text or JSON.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "agent/status/event.hpp"

namespace sidekick::status {

/// No line is longer, without its line break: engines split lines of 16 KiB.
constexpr std::size_t max_line_bytes = 15'000;

/// RFC 3339 in UTC with milliseconds: "2026-11-21T06:35:00.123Z".
std::string format_time(std::chrono::system_clock::time_point time);

/// logfmt: ts=… level=info msg="…" job=restore attempt=1 key=value. Line breaks, quotes and control characters are
/// escaped; a field whose text is empty is left out; long values (over 4000 bytes, a message over 14 400) are cut and
/// say by how much; fields that no longer fit are left out and truncated=true is put.
std::string format_text(const Event& event, std::chrono::system_clock::time_point time);

/// The same as a JSON object, which is valid whatever bytes the values hold.
std::string format_json(const Event& event, std::chrono::system_clock::time_point time);

/// The same as kubernetes/git-sync writes it: {"logger":"","ts":"2026-11-21 06:35:00.123000","caller":{…},"level":0,
/// "msg":…} and the fields, in local time; debug is level 1, errors have "error" and no level. There is no place in the
/// source to name, so that the caller is always {"file":"sidekick","line":0}. Job and attempt are left out.
std::string format_git_sync(const Event& event, std::chrono::system_clock::time_point time);

}  // namespace sidekick::status
