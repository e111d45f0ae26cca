#include "storage/s3/s3_storage.hpp"

#include <algorithm>
#include <charconv>

#include "sidekick/error.hpp"
#include "sidekick/url.hpp"
#include "storage/object_name.hpp"
#include "storage/s3/download.hpp"
#include "storage/s3/upload.hpp"
#include "storage/s3/xml.hpp"
#include "storage/small_object.hpp"

namespace sidekick::storage::s3 {

namespace {

/// A page of a list, its root of that name.
Element page_of(const Answer& answer, std::string_view root, const std::string& where) {
  auto document = parse_xml(answer.response.body);
  if (!document || document->name != root)
    throw Error(ErrorKind::data, "cannot list '" + where + "': the answer is not an S3 listing", "check the endpoint");
  return std::move(*document);
}

/// The key of an entry without our prefix; nothing for keys without it.
std::optional<std::string> key_in(const Element& entry, const Element& page, const std::string& key_prefix) {
  auto key = entry.text_of("Key");
  if (page.text_of("EncodingType") == "url") key = percent_decoded(key);
  if (!key.starts_with(key_prefix)) return {};
  return key.substr(key_prefix.size());
}

/// The same where it is a valid name of an object.
std::optional<std::string> name_in(const Element& entry, const Element& page, const std::string& key_prefix) {
  auto key = key_in(entry, page, key_prefix);
  return key && is_object_name(*key) ? key : std::nullopt;
}

std::chrono::system_clock::time_point time_in(const Element& entry, std::string_view child, const std::string& where) {
  const auto time = parse_time(entry.text_of(child));
  if (!time) throw Error(ErrorKind::data, "cannot list '" + where + "': the answer has an invalid time");
  return *time;
}

std::uint64_t size_in(const Element& entry, const std::string& where) {
  const auto text = entry.text_of("Size");
  std::uint64_t out = 0;
  const auto* end = text.data() + text.size();
  if (text.empty() || std::from_chars(text.data(), end, out).ptr != end)
    throw Error(ErrorKind::data, "cannot list '" + where + "': the answer has an invalid size");
  return out;
}

}  // namespace

Exclusion S3Storage::check(const CancelToken& cancel) {
  (void)page_of(api_.call({.what = "list objects",
                           .query = {{"list-type", "2"}, {"prefix", api_.key_prefix()}, {"max-keys", "1"}}},
                          cancel),
                "ListBucketResult", where());
  return first_writer_.probe(cancel);
}

std::unique_ptr<Sink> S3Storage::create(const std::string& name, const CancelToken& cancel) {
  require_object_name(name);
  cancel.throw_if_cancelled();
  return std::make_unique<Upload>(api_, first_writer_, name, cancel);
}

bool S3Storage::put_if_absent(const std::string& name, std::string_view bytes, const CancelToken& cancel) {
  require_object_name(name);
  require_small(bytes.size(), name, where());
  return first_writer_.put(name, bytes, cancel);
}

void S3Storage::replace(const std::string& name, std::string_view bytes, const CancelToken& cancel) {
  require_object_name(name);
  require_small(bytes.size(), name, where());
  (void)api_.call({.what = "write '" + name + "'", .method = "PUT", .name = name, .body = bytes}, cancel);
}

std::optional<std::string> S3Storage::get(const std::string& name, const CancelToken& cancel) {
  require_object_name(name);
  auto answer = api_.call({.what = "read '" + name + "'",
                           .name = name,
                           .welcome = {"NoSuchKey"},
                           .max_answer_bytes = max_small_object_bytes},
                          cancel);
  if (!answer.code.empty()) return {};
  return std::move(answer.response.body);
}

std::unique_ptr<Source> S3Storage::open(const std::string& name, const CancelToken& cancel) {
  require_object_name(name);
  return std::make_unique<Download>(api_, name, cancel);
}

std::vector<Object> S3Storage::list(std::string_view prefix, const CancelToken& cancel) {
  auto out = keys(prefix, cancel);
  std::erase_if(out, [](const Object& object) { return !is_object_name(object.name); });
  return out;
}

std::vector<Object> S3Storage::keys(std::string_view prefix, const CancelToken& cancel) {
  Query query{{"list-type", "2"},
              {"prefix", api_.key_prefix() + std::string(prefix)},
              {"delimiter", "/"},
              {"encoding-type", "url"},
              {"max-keys", std::to_string(api_.settings().page_size)}};
  std::vector<Object> out;
  for (std::string token;;) {
    auto asked = query;
    if (!token.empty()) asked.emplace_back("continuation-token", token);
    const auto page = page_of(api_.call({.what = "list objects", .query = asked}, cancel), "ListBucketResult", where());
    for (const auto& entry : page.children) {
      if (entry.name != "Contents") continue;
      auto name = key_in(entry, page, api_.key_prefix());
      if (name) out.push_back({std::move(*name), size_in(entry, where()), time_in(entry, "LastModified", where())});
    }
    const auto next = page.text_of("NextContinuationToken");
    if (page.text_of("IsTruncated") != "true") break;
    if (next.empty() || next == token)
      throw Error(ErrorKind::data, "cannot list '" + where() + "': the answer has no continuation token");
    token = next;
  }
  std::ranges::sort(out, {}, &Object::name);
  return out;
}

void S3Storage::remove(const std::string& name, const CancelToken& cancel) {
  require_object_name(name);
  (void)api_.call({.what = "remove '" + name + "'", .method = "DELETE", .name = name, .welcome = {"NoSuchKey"}},
                  cancel);
}

std::vector<Leftover> S3Storage::leftovers(std::string_view prefix, const CancelToken& cancel) {
  const Query query{{"uploads", ""},
                    {"prefix", api_.key_prefix() + std::string(prefix)},
                    {"encoding-type", "url"},
                    {"max-uploads", std::to_string(api_.settings().page_size)}};
  std::vector<Leftover> out;
  if (check_name.starts_with(prefix))
    for (auto& object : keys(FirstWriter::probe_prefix, cancel))
      out.push_back({std::string(check_name), std::move(object.name), object.modified});
  std::string key_marker;
  std::string id_marker;
  for (;;) {
    auto asked = query;
    if (!key_marker.empty()) asked.emplace_back("key-marker", key_marker);
    if (!id_marker.empty()) asked.emplace_back("upload-id-marker", id_marker);
    const auto answer = api_.call({.what = "list uploads", .query = asked}, cancel);
    const auto page = page_of(answer, "ListMultipartUploadsResult", where());
    for (const auto& entry : page.children) {
      if (entry.name != "Upload") continue;
      auto name = name_in(entry, page, api_.key_prefix());
      if (name) out.push_back({std::move(*name), entry.text_of("UploadId"), time_in(entry, "Initiated", where())});
    }
    const auto next = page.text_of("NextKeyMarker");
    if (page.text_of("IsTruncated") != "true" || next.empty()) return out;
    key_marker = page.text_of("EncodingType") == "url" ? percent_decoded(next) : next;
    id_marker = page.text_of("NextUploadIdMarker");
  }
}

void S3Storage::discard(const Leftover& leftover, const CancelToken& cancel) {
  require_object_name(leftover.name);
  if (leftover.id.starts_with(FirstWriter::probe_prefix)) {
    (void)api_.call({.what = "remove '" + leftover.id + "'", .method = "DELETE", .name = leftover.id}, cancel);
    return;
  }
  (void)api_.call({.what = "abort the upload of '" + leftover.name + "'",
                   .method = "DELETE",
                   .name = leftover.name,
                   .query = {{"uploadId", leftover.id}},
                   .welcome = {"NoSuchUpload"}},
                  cancel);
}

}  // namespace sidekick::storage::s3
