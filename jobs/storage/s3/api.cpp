#include "storage/s3/api.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <random>
#include <utility>

#include "sidekick/clock.hpp"
#include "sidekick/error.hpp"
#include "storage/s3/trouble.hpp"

namespace sidekick::storage::s3 {

bool Tries::wait(const CancelToken& cancel) {
  SystemClock clock;
  if (!begun_) begun_ = clock.now();
  if (clock.now() - *begun_ >= persistence_.whole) return false;
  constexpr int most_doublings = 16;
  const auto ceiling = std::min<std::int64_t>(persistence_.longest.count(), persistence_.first.count()
                                                                                << std::min(waits_++, most_doublings));
  std::random_device random;
  std::uniform_int_distribution<std::int64_t> jitter(0, ceiling);
  if (clock.wait_for(std::chrono::milliseconds(jitter(random)), cancel) == Wake::cancelled) cancel.throw_if_cancelled();
  return true;
}

struct Api::Outcome {
  HttpResponse response{};
  std::optional<Trouble> trouble{};
};

Api::Api(Settings settings)
    : settings_(std::move(settings)),
      where_("s3://" + settings_.bucket + (settings_.prefix.empty() ? "" : "/" + settings_.prefix)),
      endpoint_(parse_url(settings_.endpoint)) {}

HttpRequest Api::request_for(const Call& call) const {
  auto url = endpoint_;
  while (url.path.ends_with('/')) url.path.pop_back();
  if (settings_.addressing == Settings::Addressing::virtual_host)
    url.host = settings_.bucket + "." + url.host;
  else
    url.path += "/" + encoded(settings_.bucket, Encoding::path);
  url.path += call.name.empty() ? "" : "/" + encoded(key_prefix() + call.name, Encoding::path);
  if (url.path.empty()) url.path = "/";
  url.query = query_text(call.query);

  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto payload = sha256_hex(call.body);
  const auto& credentials = settings_.credentials;
  std::vector<HttpHeader> headers{
      {"Host", url.authority()}, {"X-Amz-Date", amz_date(now)}, {"X-Amz-Content-Sha256", payload}};
  if (!credentials.session_token.empty())
    headers.push_back({"X-Amz-Security-Token", credentials.session_token.reveal()});
  // The others are not signed: proxies may change how they are written.
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

Api::Outcome Api::attempt(const Call& call, const BodySink* sink, const CancelToken& cancel) {
  cancel.throw_if_cancelled();
  const auto request = request_for(call);
  Outcome out;
  try {
    auto client = borrow();
    out.response =
        sink == nullptr ? client->send(request, cancel, call.max_answer_bytes) : client->stream(request, *sink, cancel);
    give_back(std::move(client));
    has_answered_ = true;
    out.trouble = trouble_with(out.response, begin_of_message(call));
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    const Error told(error.kind(), begin_of_message(call) + ": " + error.message(), error.hint());
    if (error.kind() != ErrorKind::unavailable) throw told;
    out.trouble = Trouble{"", told, true};
  }
  return out;
}

Persistence Api::persistence() const {
  auto out = settings_.persistence;
  if (!has_answered_) out.whole = std::min(out.whole, out.unanswered);
  return out;
}

Answer Api::call(const Call& call, const CancelToken& cancel) {
  Tries tries(persistence());
  for (bool repeated = false;; repeated = true) {
    auto outcome = attempt(call, nullptr, cancel);
    const auto& trouble = outcome.trouble;
    if (!trouble) return {std::move(outcome.response), "", repeated};
    if (std::ranges::find(call.welcome, trouble->code) != call.welcome.end())
      return {std::move(outcome.response), trouble->code, repeated};
    if (!trouble->again || !tries.wait(cancel)) throw Error(trouble->error);
  }
}

Answer Api::call_once(const Call& call, const BodySink& sink, const CancelToken& cancel) {
  auto outcome = attempt(call, &sink, cancel);
  const auto& trouble = outcome.trouble;
  if (!trouble) return {std::move(outcome.response), "", false};
  if (std::ranges::find(call.welcome, trouble->code) != call.welcome.end())
    return {std::move(outcome.response), trouble->code, false};
  throw Error(trouble->error);
}

}  // namespace sidekick::storage::s3
