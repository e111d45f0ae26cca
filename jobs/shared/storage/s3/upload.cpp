#include "storage/s3/upload.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "sidekick/clock.hpp"
#include "sidekick/error.hpp"
#include "storage/s3/xml.hpp"
#include "storage/small_object.hpp"

namespace sidekick::storage::s3 {

namespace {

constexpr int max_parts = 10'000;

struct Step {
  int last;  ///< part
  std::size_t times;
};
constexpr std::array<Step, 4> steps{{{2'000, 1}, {6'000, 2}, {8'500, 8}, {max_parts, 128}}};

// A stop must be done within 2 s.
constexpr std::chrono::milliseconds abort_timeout{1'000};
constexpr std::chrono::milliseconds pause_before_abort{50};
// For the parts in flight when the work itself is not cancelled.
constexpr std::chrono::milliseconds grace{1'000};

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else
      out += c;
  }
  return out;
}

}  // namespace

std::size_t part_bytes(int number, std::size_t first_bytes) noexcept {
  const auto* step = std::ranges::find_if(steps, [&](const Step& each) { return number <= each.last; });
  return first_bytes * (step == steps.end() ? steps.back() : *step).times;
}

Upload::Upload(Api& api, FirstWriter& first_writer, std::string name, const CancelToken& cancel)
    : api_(api),
      first_writer_(first_writer),
      name_(std::move(name)),
      cancel_(cancel),
      stop_(cancel),
      mark_(FirstWriter::new_mark()) {}

Upload::~Upload() {
  abandon();
}

void Upload::write(std::span<const std::uint8_t> bytes) {
  cancel_.throw_if_cancelled();
  while (!bytes.empty()) {
    const auto size = part_bytes(sent_ + 1, api_.settings().part_bytes);
    // Only once there is more: a stream of exactly one part is a single request.
    if (buffer_.size() == size) {
      send_part();
      continue;
    }
    const auto n = std::min(bytes.size(), size - buffer_.size());
    // Reserves what will be needed, so that growing does not hold two copies; small objects stay small.
    if (buffer_.size() + n > buffer_.capacity())
      buffer_.reserve(std::min(size, std::max(buffer_.size() + n, 4 * buffer_.capacity())));
    buffer_.append(reinterpret_cast<const char*>(bytes.data()), n);
    bytes = bytes.subspan(n);
  }
}

void Upload::begin() {
  const auto answer = api_.call({.what = "write '" + name_ + "'",
                                 .method = "POST",
                                 .name = name_,
                                 .query = {{"uploads", ""}},
                                 .headers = {FirstWriter::header_of(mark_)}},
                                cancel_);
  const auto document = parse_xml(answer.response.body);
  if (document) upload_id_ = document->text_of("UploadId");
  if (upload_id_.empty())
    throw Error(ErrorKind::data, "cannot write '" + name_ + "' in '" + api_.where() + "': the answer has no upload id");
}

void Upload::send_part() {
  if (upload_id_.empty()) begin();
  if (sent_ == max_parts)
    throw Error(ErrorKind::io, "cannot write '" + name_ + "' in '" + api_.where() + "': it is larger than S3 allows",
                {}, Retry::never);
  const auto number = ++sent_;
  wait_for(part_bytes(number, 1) == 1 ? 1 : 0);
  auto send = [this, number, buffer = std::move(buffer_)]() mutable -> Part {
    auto answer = api_.call({.what = "write '" + name_ + "'",
                             .method = "PUT",
                             .name = name_,
                             .query = {{"partNumber", std::to_string(number)}, {"uploadId", upload_id_}},
                             .body = buffer},
                            stop_.token());
    buffer.clear();
    return {std::string(answer.response.header("etag").value_or("")), std::move(buffer)};
  };
  in_flight_.push_back(std::async(std::launch::async, std::move(send)));
  buffer_ = std::exchange(spare_, {});
  buffer_.clear();
}

void Upload::wait_for(std::size_t in_flight) {
  while (in_flight_.size() > in_flight) {
    auto next = std::move(in_flight_.front());
    in_flight_.pop_front();
    auto part = next.get();
    etags_.push_back(std::move(part.etag));
    spare_ = std::move(part.buffer);
  }
}

std::string Upload::parts_document() const {
  std::string out = R"(<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">)";
  for (std::size_t i = 0; i < etags_.size(); i++)
    out += "<Part><PartNumber>" + std::to_string(i + 1) + "</PartNumber><ETag>" + escaped(etags_[i]) + "</ETag></Part>";
  return out + "</CompleteMultipartUpload>";
}

void Upload::finish() {
  bool named = false;
  if (sent_ == 0) {
    named = first_writer_.put(name_, buffer_, cancel_);
  } else {
    if (!buffer_.empty()) send_part();
    wait_for(0);
    named = first_writer_.complete(name_, upload_id_, parts_document(), mark_, cancel_);
  }
  if (!named) throw already_there(name_, api_.where());
  upload_id_.clear();
}

void Upload::abandon() noexcept {
  if (upload_id_.empty()) return;
  try {
    // Not with the token of the work, which may be the reason for the abort.
    const Call abort{.what = "abort the upload of '" + name_ + "'",
                     .method = "DELETE",
                     .name = name_,
                     .query = {{"uploadId", upload_id_}},
                     .welcome = {"NoSuchUpload"},
                     .timeout = abort_timeout};
    const bool cut = end_parts();
    // A server that is still busy with a part whose connection was cut may store it after the first abort.
    for (int i = 0; i < (cut ? 3 : 1); i++) {
      if (i > 0) SystemClock().wait_for(pause_before_abort, CancelToken());
      if (!api_.call_once(abort, [](auto) {}, CancelToken()).code.empty()) return;
    }
  } catch (...) {
    // It stays among the leftovers; a destructor cannot report it.
    upload_id_.clear();
  }
}

bool Upload::end_parts() {
  const auto deadline = SystemClock().now() + grace;
  bool cut = false;
  while (!in_flight_.empty()) {
    cut = cut || cancel_.cancelled() || in_flight_.front().wait_until(deadline) != std::future_status::ready;
    if (cut) stop_.cancel();
    in_flight_.pop_front();
  }
  return cut;
}

}  // namespace sidekick::storage::s3
