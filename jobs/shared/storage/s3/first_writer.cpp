#include "storage/s3/first_writer.hpp"

#include "sidekick/error.hpp"
#include "sidekick/hex.hpp"

namespace sidekick::storage::s3 {

namespace {

constexpr std::string_view mark_header = "x-amz-meta-sidekick-writer";

Call put_call(const std::string& name, std::string_view bytes, const std::string& mark) {
  return {.what = "write '" + name + "'",
          .method = "PUT",
          .name = name,
          .headers = {FirstWriter::header_of(mark)},
          .body = bytes};
}

}  // namespace

std::string FirstWriter::new_mark() {
  return random_hex(16);
}

HttpHeader FirstWriter::header_of(const std::string& mark) {
  return {std::string(mark_header), mark};
}

Answer FirstWriter::create(Call call, const CancelToken& cancel) {
  const auto plain = call.headers;
  // Some servers support the condition only for a put, and not at the end of an upload.
  const bool is_put = call.method == "PUT";
  if (is_put ? condition_ != Condition::refused : !refused_for_uploads_) {
    call.headers.push_back({"If-None-Match", "*"});
    call.welcome.push_back("NotImplemented");
    call.welcome.push_back("PreconditionFailed");
    auto answer = api_.call(call, cancel);
    if (answer.code != "NotImplemented") return answer;
    if (is_put)
      condition_ = Condition::refused;
    else
      refused_for_uploads_ = true;
  }
  call.headers = plain;
  std::erase(call.welcome, "NotImplemented");
  return api_.call(call, cancel);
}

Exclusion FirstWriter::probe(const CancelToken& cancel) {
  const auto mark = new_mark();
  const auto name = std::string(probe_prefix) + mark;
  (void)create(put_call(name, mark, mark), cancel);
  const auto second = create(put_call(name, mark, mark), cancel);
  if (condition_ != Condition::refused)
    condition_ = second.code == "PreconditionFailed" ? Condition::kept : Condition::ignored;
  (void)api_.call({.what = "read '" + name + "'", .name = name}, cancel);
  // Some keys for backups cannot remove objects: the remains of the check are then small and hidden.
  (void)api_.call({.what = "remove '" + name + "'", .method = "DELETE", .name = name, .welcome = {"AccessDenied"}},
                  cancel);
  return condition_ == Condition::kept ? Exclusion::strict : Exclusion::advisory;
}

std::optional<std::string> FirstWriter::mark_of(const std::string& name, const CancelToken& cancel) {
  const auto answer = api_.call(
      {.what = "look up '" + name + "'", .method = "HEAD", .name = name, .welcome = {"NotFound", "NoSuchKey"}}, cancel);
  if (!answer.code.empty()) return {};
  return std::string(answer.response.header(mark_header).value_or(""));
}

bool FirstWriter::is_taken(const std::string& name, const CancelToken& cancel) {
  return condition_ != Condition::kept && mark_of(name, cancel);
}

bool FirstWriter::put(const std::string& name, std::string_view bytes, const CancelToken& cancel) {
  if (is_taken(name, cancel)) return false;
  const auto mark = new_mark();
  const auto answer = create(put_call(name, bytes, mark), cancel);
  if (answer.code.empty()) return true;
  return answer.repeated && mark_of(name, cancel) == mark;
}

bool FirstWriter::complete(const std::string& name, const std::string& upload_id, const std::string& parts,
                           const std::string& mark, const CancelToken& cancel) {
  // Also where single puts support the condition: not every server does here.
  if (mark_of(name, cancel)) return false;
  std::optional<Error> failure;
  bool settled = false;
  Answer answer;
  try {
    answer = create({.what = "write '" + name + "'",
                     .method = "POST",
                     .name = name,
                     .query = {{"uploadId", upload_id}},
                     .body = parts,
                     .welcome = {"NoSuchUpload"}},
                    cancel);
    settled = answer.code.empty() || (answer.code == "PreconditionFailed" && !answer.repeated);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    failure = error;
  }
  if (settled) return answer.code.empty();
  // It may have been executed although no answer came.
  const auto found = mark_of(name, cancel);
  if (found == mark) return true;
  if (failure) throw Error(*failure);
  if (found) return false;
  throw Error(ErrorKind::unavailable,
              "cannot write '" + name + "' in '" + api_.where() + "': the server ended the upload");
}

}  // namespace sidekick::storage::s3
