/// Signed requests to one bucket, with retries and redirects.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sidekick/cancel.hpp"
#include "sidekick/error.hpp"
#include "sidekick/http_client.hpp"
#include "sidekick/log.hpp"
#include "sidekick/url.hpp"
#include "storage/s3/address.hpp"
#include "storage/s3/failure.hpp"
#include "storage/s3/role.hpp"
#include "storage/s3/signature.hpp"

namespace sidekick::storage::s3 {

/// How long one request is retried: the n-th wait is random between zero and `first` doubled n times, at most
/// `longest`. No retry starts after `whole`, or after `unanswered` where the server has not answered for `silence` or
/// never: the caller decides about longer waits.
struct RetryTimes {
  std::chrono::milliseconds first{200};
  std::chrono::milliseconds longest{5'000};
  std::chrono::milliseconds whole{60'000};
  std::chrono::milliseconds unanswered{3'000};
  std::chrono::milliseconds silence{600'000};
};

/// The waits between the retries of one request.
class RetryWaits final {
 public:
  explicit RetryWaits(const RetryTimes& retry_times) : times_(retry_times) {}

  /// Waits; false at once where no time is left. Throws Error of kind cancelled.
  bool wait(const CancelToken& cancel);
  /// After progress the whole time is available again.
  void renew() { *this = RetryWaits(times_); }

 private:
  RetryTimes times_;
  std::optional<std::chrono::steady_clock::time_point> begun_{};
  int waits_ = 0;
};

struct Settings {
  std::string endpoint;  ///< "https://host:port", with a path where the server has one
  std::string region;
  std::string bucket;
  std::string prefix;  ///< of keys, without '/' at its ends; may be empty
  Credentials credentials;
  std::shared_ptr<Role> role{};  ///< gives out the credentials instead, if not null
  Addressing addressing = Addressing::path;
  HttpSettings http;
  Log* log = nullptr;  ///< gets a warning when a request is retried; may be absent
  RetryTimes retry_times{};
  std::size_t part_bytes = std::size_t{5} << 20;   ///< of the first parts of an upload; S3 rejects smaller ones
  std::size_t range_bytes = std::size_t{8} << 20;  ///< of one request of a download
  int page_size = 1000;                            ///< of a list
};

struct Call {
  std::string what;  ///< for messages, behind "cannot": "write 'x'"
  std::string method = "GET";
  std::string name{};  ///< of the object; empty: the bucket itself
  Query query{};
  std::vector<HttpHeader> headers{};
  std::string_view body{};                  ///< must outlive the call
  std::vector<std::string_view> welcome{};  ///< error codes that the caller handles, not thrown
  std::optional<std::chrono::milliseconds> timeout{};
  std::size_t max_answer_bytes = std::size_t{16} << 20;  ///< a longer one is Error data
};

struct Answer {
  HttpResponse response;
  std::string code{};     ///< of an expected error; empty: success
  bool repeated = false;  ///< an earlier try ended without an answer, or with an ambiguous one
};

/// Safe from any thread; each concurrent request has its own connection, which is kept for later ones. Throws Error as
/// a Storage does, with where() in the message and never a key.
class Api final {
 public:
  explicit Api(Settings settings);

  const Settings& settings() const noexcept { return settings_; }
  const std::string& where() const noexcept { return where_; }

  /// The prefix of the keys of all objects: "prefix/" or nothing.
  std::string key_prefix() const { return settings_.prefix.empty() ? "" : settings_.prefix + "/"; }

  /// The answer to a request that is retried within RetryTimes.
  Answer call(const Call& call, const CancelToken& cancel);

  /// Warns that a request failed and is retried.
  void warn_of(const Error& error) const;

  /// One try; the body of a success goes to `sink`. Kind unavailable where a retry may help.
  Answer call_once(const Call& call, const BodySink& sink, const CancelToken& cancel);

 private:
  struct Outcome;
  Url url_of(const Call& call) const;
  HttpRequest request_for(const Call& call, const Url& url, const Credentials& credentials) const;
  HttpResponse follow(const Call& call, const Credentials& credentials, const BodySink* sink,
                      const CancelToken& cancel);
  Outcome attempt(const Call& call, const BodySink* sink, const CancelToken& cancel);
  /// Handles errors that only this side can mend: newer credentials, and how the bucket is addressed.
  void advise(const Call& call, const Credentials& used, Failure& failure, const CancelToken& cancel);
  std::string hint_of(const Error& error) const;
  RetryTimes retry_times() const;
  bool has_answered() const noexcept { return answered_.load().time_since_epoch().count() != 0; }
  std::unique_ptr<HttpClient> borrow();
  void give_back(std::unique_ptr<HttpClient> client);
  std::string begin_of_message(const Call& call) const { return "cannot " + call.what + " in '" + where_ + "'"; }

  Settings settings_;
  std::string where_;
  Url bucket_url_;
  std::atomic<std::chrono::steady_clock::time_point> answered_{};  ///< last; the epoch: never
  std::mutex mutex_;
  std::vector<std::unique_ptr<HttpClient>> idle_;
};

}  // namespace sidekick::storage::s3
