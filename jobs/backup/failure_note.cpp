#include "backup/failure_note.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include "sidekick/lines.hpp"

namespace sidekick::backup {

namespace {

constexpr std::string_view version = "1";
constexpr std::size_t lines = 5;

std::string one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return text;
}

std::optional<ErrorKind> kind_named(std::string_view name) {
  for (const auto kind : {ErrorKind::usage, ErrorKind::data, ErrorKind::no_input, ErrorKind::unavailable,
                          ErrorKind::internal, ErrorKind::cannot_create, ErrorKind::io, ErrorKind::temporary,
                          ErrorKind::denied, ErrorKind::config, ErrorKind::timeout})
    if (info(kind).name == name) return kind;
  return {};
}

}  // namespace

std::string failure_note_name(std::string_view job) {
  return std::string(job) + ".failure";
}

std::string to_text(const FailureNote& note) {
  return std::string(version) + "\n" + std::to_string(note.at.time_since_epoch().count()) + "\n" +
         std::string(info(note.kind).name) + "\n" + one_line(note.message) + "\n" + one_line(note.hint) + "\n";
}

std::optional<FailureNote> parse_failure_note(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!text.empty()) parts.push_back(take_line(text));
  if (parts.size() != lines || parts[0] != version) return {};
  const auto kind = kind_named(parts[2]);
  std::int64_t at = 0;
  const auto* end = parts[1].data() + parts[1].size();
  const auto parsed = std::from_chars(parts[1].data(), end, at);
  if (!kind || parsed.ec != std::errc() || parsed.ptr != end) return {};
  return FailureNote{storage::WallTime(std::chrono::milliseconds(at)), *kind, std::string(parts[3]),
                     std::string(parts[4])};
}

std::optional<FailureNote> read_failure_note(storage::Storage& storage, const std::string& job,
                                             const CancelToken& cancel) {
  const auto text = storage.get(failure_note_name(job), cancel);
  return text ? parse_failure_note(*text) : std::nullopt;
}

void leave_failure_note(storage::Storage& storage, const std::string& job, const FailureNote& note,
                        const CancelToken& cancel) {
  storage.replace(failure_note_name(job), to_text(note), cancel);
}

void remove_failure_note(storage::Storage& storage, const std::string& job, const CancelToken& cancel) {
  storage.remove(failure_note_name(job), cancel);
}

}  // namespace sidekick::backup
