#include "storage/s3/download.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "storage/small_object.hpp"

namespace sidekick::storage::s3 {

namespace {

/// The number after the '/' in "bytes 0-9/1234".
std::optional<std::uint64_t> total_in(std::string_view range) {
  const auto slash = range.rfind('/');
  std::uint64_t out = 0;
  if (slash == std::string_view::npos) return {};
  const auto* end = range.data() + range.size();
  if (std::from_chars(range.data() + slash + 1, end, out).ptr != end || slash + 1 == range.size()) return {};
  return out;
}

}  // namespace

Download::Download(Api& api, std::string name, const CancelToken& cancel)
    : api_(api), name_(std::move(name)), stop_(cancel) {
  current_ = fetch(0, {});
  position_ = current_.size();
  ask_for_next({});
}

Download::~Download() {
  stop_.cancel();
}

void Download::fail(ErrorKind kind, const std::string& cause) const {
  throw Error(kind, "cannot read '" + name_ + "' in '" + api_.where() + "': " + cause);
}

void Download::note(const HttpResponse& response, std::uint64_t from) {
  const auto range = response.header("content-range");
  const auto total = range ? total_in(*range) : std::optional<std::uint64_t>();
  if (response.status == 206 && (!total || !range->starts_with("bytes " + std::to_string(from) + "-")))
    fail(ErrorKind::data, "the answer has another range than requested");
  if (version_) return;
  version_ = Version{std::string(response.header("etag").value_or("")), total.value_or(0)};
}

std::string Download::fetch(std::uint64_t from, std::string buffer) {
  const auto size = api_.settings().range_bytes;
  buffer.clear();
  buffer.reserve(version_ ? std::min<std::uint64_t>(size, version_->bytes - from) : size);
  RetryWaits tries(api_.settings().retry_times);
  bool warned = false;
  for (;;) {
    const auto begin = from + buffer.size();
    Call call{
        .what = "read '" + name_ + "'", .name = name_, .welcome = {"NoSuchKey", "InvalidRange", "PreconditionFailed"}};
    call.headers.push_back({"Range", "bytes=" + std::to_string(begin) + "-" + std::to_string(from + size - 1)});
    if (version_ && !version_->etag.empty()) call.headers.push_back({"If-Match", version_->etag});
    const auto held = buffer.size();
    try {
      const auto take = [&](std::span<const std::byte> bytes) {
        if (buffer.size() + bytes.size() > size) fail(ErrorKind::data, "the answer is longer than requested");
        buffer.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      };
      const auto answer = api_.call_once(call, take, stop_.token());
      if (answer.code == "PreconditionFailed") fail(ErrorKind::data, "it changed while it was read");
      if (answer.code == "NoSuchKey") {
        if (version_) fail(ErrorKind::data, "it was removed while it was read");
        throw no_such_object(name_, api_.where());
      }
      // An object without bytes has no valid range.
      if (answer.code == "InvalidRange" && from > 0) fail(ErrorKind::data, "it is shorter than before");
      if (answer.code == "InvalidRange") {
        version_ = Version{};
        return buffer;
      }
      note(answer.response, begin);
      if (answer.response.status == 200 && version_->bytes == 0) version_->bytes = buffer.size();
      if (buffer.size() == std::min<std::uint64_t>(size, version_->bytes - from)) return buffer;
      fail(ErrorKind::data, "it is shorter than before");
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::unavailable) throw;
      if (buffer.size() > held) tries.renew();
      if (!tries.wait(stop_.token())) throw;
      if (buffer.size() > held || !std::exchange(warned, true)) api_.warn_of(error);
    }
  }
}

void Download::ask_for_next(std::string buffer) {
  if (position_ >= version_->bytes) return;
  auto ask = [this, from = position_, buffer = std::move(buffer)]() mutable { return fetch(from, std::move(buffer)); };
  next_ = std::async(std::launch::async, std::move(ask));
}

std::size_t Download::read(std::span<std::uint8_t> into) {
  stop_.token().throw_if_cancelled();
  if (used_ == current_.size() && next_.valid()) {
    auto arrived = next_.get();
    std::swap(current_, arrived);
    used_ = 0;
    position_ += current_.size();
    ask_for_next(std::move(arrived));
  }
  // A failed range must not look like the end.
  if (used_ == current_.size() && !next_.valid() && position_ < version_->bytes)
    fail(ErrorKind::unavailable, "it broke off before");
  const auto n = std::min(into.size(), current_.size() - used_);
  std::copy_n(current_.begin() + static_cast<std::ptrdiff_t>(used_), n, reinterpret_cast<char*>(into.data()));
  used_ += n;
  return n;
}

}  // namespace sidekick::storage::s3
