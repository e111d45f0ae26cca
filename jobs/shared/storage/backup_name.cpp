#include <algorithm>
#include <array>

#include "sidekick/error.hpp"
#include "sidekick/hex.hpp"
#include "sidekick/utc.hpp"
#include "storage/catalog.hpp"

namespace sidekick::storage {

namespace {

constexpr std::string_view letters_and_digits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
constexpr std::size_t time_bytes = std::string_view("20261121T031500Z").size();
constexpr std::size_t random_bytes = 8;
constexpr std::string_view manifest_ending = ".json";
/// The suffixes of Source::kind() and Source::extension() for each kind of source.
constexpr std::array<std::string_view, 3> forms{"mongodb.archive", "dir.tar", "exec.out"};

bool consists_of(std::string_view text, std::string_view allowed, std::string_view more = {}) {
  return std::ranges::all_of(text, [&](char c) {
    return (allowed.find(c) != std::string_view::npos) || (more.find(c) != std::string_view::npos);
  });
}

/// Removes `ending` from the end of `text`, if present.
bool cut(std::string_view& text, std::string_view ending) {
  if (!text.ends_with(ending)) return false;
  text.remove_suffix(ending.size());
  return true;
}

bool is_suffix(std::string_view text) {
  cut(text, ".age");
  if (!cut(text, ".zst")) cut(text, ".gz");
  return std::ranges::find(forms, text) != forms.end();
}

}  // namespace

std::string BackupName::text() const {
  return job + "-" + compact_utc_text(time) + "-" + random + "." + suffix;
}

std::optional<BackupName> parse_backup_name(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos || dot < time_bytes + random_bytes + 2) return std::nullopt;
  const auto suffix = text.substr(dot + 1);
  const auto random = text.substr(dot - random_bytes, random_bytes);
  const auto time_at = dot - random_bytes - 1 - time_bytes;
  const auto time = parse_compact_utc(text.substr(time_at, time_bytes));
  const bool is_parted = text[time_at - 1] == '-' && text[dot - random_bytes - 1] == '-';
  const auto job = text.substr(0, time_at - 1);
  if (!is_parted || !time || !is_hex(random, random_bytes) || !is_job_name(job) || !is_suffix(suffix))
    return std::nullopt;
  return BackupName{std::string(job), *time, std::string(random), std::string(suffix)};
}

BackupName new_backup_name(std::string job, WallTime time, std::string suffix) {
  return {std::move(job), std::chrono::floor<std::chrono::seconds>(time), random_hex(random_bytes), std::move(suffix)};
}

bool is_job_name(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 100 && text.front() != '-' && consists_of(text, letters_and_digits, "-_");
}

std::string manifest_name(std::string_view backup) {
  return std::string(backup).append(manifest_ending);
}

}  // namespace sidekick::storage
