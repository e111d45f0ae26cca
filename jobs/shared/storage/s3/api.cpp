#include "storage/s3/api.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <random>
#include <utility>

#include "sidekick/clock.hpp"
#include "sidekick/error.hpp"
#include "storage/s3/failure.hpp"

namespace sidekick::storage::s3 {

namespace {

constexpr int max_redirects = 5;

}  // namespace

bool RetryWaits::wait(const CancelToken& cancel) {
  SystemClock clock;
  if (!begun_) begun_ = clock.now();
  if (clock.now() - *begun_ >= times_.whole) return false;
  constexpr int most_doublings = 16;
  const auto ceiling =
      std::min<std::int64_t>(times_.longest.count(), times_.first.count() << std::min(waits_++, most_doublings));
  std::random_device random;
  std::uniform_int_distribution<std::int64_t> jitter(0, ceiling);
  if (clock.wait_for(std::chrono::milliseconds(jitter(random)), cancel) == Wake::cancelled) cancel.throw_if_cancelled();
  return true;
}

std::string Api::hint_of(const Error& error) const {
  const bool closes = error.message().find("the connection was closed") != std::string::npos;
  // TLS servers in Go close the connection without an answer to plain HTTP.
  if (closes && !has_answered() && bucket_url_.scheme == "http")
    return "if the port speaks TLS, write --s3-endpoint=https://...";
  const bool is_unknown_host = error.message().find("no such name") != std::string::npos;
  if (error.hint().empty() && is_unknown_host && settings_.addressing == Addressing::virtual_host)
    return "a server without host names for buckets needs --s3-addressing=path";
  return error.hint();
}

struct Api::Outcome {
  HttpResponse response{};
  std::optional<Failure> failure{};
};

Api::Api(Settings settings)
    : settings_(std::move(settings)),
      where_("s3://" + settings_.bucket + (settings_.prefix.empty() ? "" : "/" + settings_.prefix)),
      bucket_url_(bucket_url(parse_url(settings_.endpoint), settings_.bucket, settings_.addressing)) {}

Url Api::url_of(const Call& call) const {
  auto url = bucket_url_;
  url.path += call.name.empty() ? "" : "/" + encoded(key_prefix() + call.name, Encoding::path);
  if (url.path.empty()) url.path = "/";
  url.query = query_text(call.query);
  return url;
}

HttpRequest Api::request_for(const Call& call, const Url& url, const Credentials& credentials) const {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto payload = sha256_hex(call.body);
  std::vector<HttpHeader> headers{
      {"Host", url.authority()}, {"X-Amz-Date", amz_date(now)}, {"X-Amz-Content-Sha256", payload}};
  if (!credentials.session_token.empty())
    headers.push_back({"X-Amz-Security-Token", credentials.session_token.reveal()});
  // The others are not signed: proxies may rewrite them.
  const auto is_signed = [](const HttpHeader& header) { return header.name.starts_with("x-amz-"); };
  std::ranges::copy_if(call.headers, std::back_inserter(headers), is_signed);
  const auto login =
      authorization({call.method, url.path, url.query, headers, payload}, credentials, settings_.region, now);
  std::ranges::copy_if(call.headers, std::back_inserter(headers), std::not_fn(is_signed));
  headers.push_back({"Authorization", login});
  return {.method = call.method,
          .url = url.without_login(),
          .headers = std::move(headers),
          .content = call.body,
          .timeout = call.timeout};
}

std::unique_ptr<HttpClient> Api::borrow() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto client = std::move(idle_.back());
      idle_.pop_back();
      return client;
    }
  }
  return std::make_unique<HttpClient>(settings_.http);
}

void Api::give_back(std::unique_ptr<HttpClient> client) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(client));
}

HttpResponse Api::follow(const Call& call, const Credentials& credentials, const BodySink* sink,
                         const CancelToken& cancel) {
  auto client = borrow();
  auto url = url_of(call);
  for (int redirects = 0;; redirects++) {
    const auto request = request_for(call, url, credentials);
    auto response =
        sink == nullptr ? client->send(request, cancel, call.max_answer_bytes) : client->stream(request, *sink, cancel);
    const auto next = redirects < max_redirects ? redirect_of(url, response) : std::nullopt;
    if (!next) {
      give_back(std::move(client));
      return response;
    }
    url = *next;
  }
}

Api::Outcome Api::attempt(const Call& call, const BodySink* sink, const CancelToken& cancel) {
  cancel.throw_if_cancelled();
  Outcome out;
  try {
    const auto credentials = settings_.role ? settings_.role->credentials(cancel) : settings_.credentials;
    out.response = follow(call, credentials, sink, cancel);
    answered_ = std::chrono::steady_clock::now();
    out.failure = failure_of(out.response, begin_of_message(call));
    if (out.failure) advise(call, credentials, *out.failure, cancel);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    const Error told(error.kind(), begin_of_message(call) + ": " + error.message(), hint_of(error));
    if (error.kind() != ErrorKind::unavailable) throw told;
    out.failure = Failure{"", told, true};
  }
  return out;
}

void Api::advise(const Call& call, const Credentials& used, Failure& failure, const CancelToken& cancel) {
  const bool is_expired = failure.code == "ExpiredToken" || failure.code == "InvalidToken";
  if (is_expired && settings_.role && settings_.role->replaces(used, cancel)) {
    failure.again = true;
    failure.error = {ErrorKind::unavailable, failure.error.message()};
  }
  const bool host_names_bucket = bucket_url_.host.starts_with(settings_.bucket + ".");
  if (failure.error.kind() == ErrorKind::no_input && call.name.empty() && host_names_bucket &&
      settings_.addressing == Addressing::path)
    failure.error = {ErrorKind::no_input, failure.error.message(),
                     "the host of the endpoint names the bucket: give --s3-addressing=virtual"};
}

RetryTimes Api::retry_times() const {
  auto out = settings_.retry_times;
  const auto answered = answered_.load();
  const bool lately = has_answered() && std::chrono::steady_clock::now() - answered < out.silence;
  if (!lately) out.whole = std::min(out.whole, out.unanswered);
  return out;
}

Answer Api::call(const Call& call, const CancelToken& cancel) {
  RetryWaits tries(retry_times());
  for (bool repeated = false;; repeated = true) {
    auto outcome = attempt(call, nullptr, cancel);
    const auto& failure = outcome.failure;
    if (!failure) return {std::move(outcome.response), "", repeated};
    if (std::ranges::find(call.welcome, failure->code) != call.welcome.end())
      return {std::move(outcome.response), failure->code, repeated};
    if (!failure->again || !tries.wait(cancel)) throw Error(failure->error);
    if (!repeated) warn_of(failure->error);
  }
}

void Api::warn_of(const Error& error) const {
  if (settings_.log != nullptr) settings_.log->warn(error.message() + "; retrying", {{"hint", error.hint()}});
}

Answer Api::call_once(const Call& call, const BodySink& sink, const CancelToken& cancel) {
  auto outcome = attempt(call, &sink, cancel);
  const auto& failure = outcome.failure;
  if (!failure) return {std::move(outcome.response), "", false};
  if (std::ranges::find(call.welcome, failure->code) != call.welcome.end())
    return {std::move(outcome.response), failure->code, false};
  throw Error(failure->error);
}

}  // namespace sidekick::storage::s3
