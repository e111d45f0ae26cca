#include "mongo/certificate_files.hpp"
#include "mongo/client.hpp"
#include "mongo/greeting.hpp"
#include "mongo/login.hpp"
#include "mongo/uri.hpp"
#include "sidekick/certificates.hpp"
#include "sidekick/error.hpp"
#include "wait/probe.hpp"

namespace sidekick::wait {

namespace {

enum class Expect { primary, secondary, any };

struct Wanted {
  std::string uri;  ///< without the condition, which no server knows
  Expect expect = Expect::primary;
};

Expect expect_of(std::string_view text) {
  if (text == "primary") return Expect::primary;
  if (text == "secondary") return Expect::secondary;
  if (text == "any") return Expect::any;
  throw Error(ErrorKind::usage, "cannot wait for a mongodb:// with expect=" + std::string(text),
              "use primary, secondary or any");
}

Wanted wanted(const std::string& url) {
  constexpr std::string_view key = "expect=";
  Wanted out{url};
  const auto query = url.find('?');
  for (auto at = query; at != std::string::npos; at = url.find('&', at + 1)) {
    if (url.compare(at + 1, key.size(), key) != 0) continue;
    const auto end = std::min(url.find('&', at + 1), url.size());
    out.expect = expect_of(std::string_view(url).substr(at + 1 + key.size(), end - at - 1 - key.size()));
    // Either the following text moves up, or the separator before it is removed too.
    out.uri = end < url.size() ? url.substr(0, at + 1) + url.substr(end + 1) : url.substr(0, at);
    return out;
  }
  return out;
}

/// A user may be created a moment after the server started.
constexpr auto patience_with_logins = std::chrono::seconds(15);
constexpr int fewest_refusals = 3;

enum class Refusal {
  ends,  ///< a login that is rejected repeatedly is an error
  waits,
};

class MongoProbe final : public Probe {
 public:
  MongoProbe(const Wanted& wanted, const Settings& settings)
      : uri_(connection_uri(wanted.uri)),
        expect_(wanted.expect),
        timeout_(settings.look_timeout),
        logs_in_(settings.until == Settings::Until::there && mongo::has_login(mongo::login_of(uri_.get()))),
        refusal_(settings.need == Settings::Need::all ? Refusal::ends : Refusal::waits) {
    mongo::check_certificate_files(uri_.get(), {});
  }

  std::optional<std::string> look(const CancelToken& cancel) override {
    std::string reasons;
    const auto* first = mongoc_uri_get_hosts(uri_.get());
    for (const auto* host = first; host != nullptr && !cancel.cancelled(); host = host->next) {
      const auto reason = reason_of(*host, cancel);
      if (reason.empty()) return {};
      if (!reasons.empty()) reasons += "; ";
      reasons += first->next == nullptr ? reason : std::string(host->host_and_port) + ": " + reason;
    }
    return reasons;
  }

 private:
  static mongo::Uri connection_uri(const std::string& text) {
    mongo::initialise_library();  // which would print what it thinks of a URL
    auto uri = understood(text);
    const auto ca_file = ca_bundle_path();
    if (ca_file && mongoc_uri_get_tls(uri.get()) && !mongoc_uri_has_option(uri.get(), MONGOC_URI_TLSCAFILE))
      mongoc_uri_set_option_as_utf8(uri.get(), MONGOC_URI_TLSCAFILE, ca_file->c_str());
    return uri;
  }

  /// In the words of a command without --uri.
  static mongo::Uri understood(const std::string& text) {
    constexpr std::string_view theirs = "--uri is ";
    mongo::Connection connection;
    connection.uri = Secret(text);
    try {
      return mongo::connection_uri(connection);
    } catch (const Error& error) {
      auto why = error.message();
      if (why.starts_with(theirs)) why.erase(0, theirs.size());
      throw Error(error.kind(), "cannot wait for '" + redact_url(text) + "': " + why, error.hint());
    }
  }

  std::string reason_of(const mongoc_host_list_t& host, const CancelToken& cancel) {
    const auto begun = std::chrono::steady_clock::now();
    const auto greeting = mongo::greet(uri_.get(), host, timeout_, cancel);
    if (!greeting.failure.empty()) {
      // A server that has no TLS, or nothing else, closes the connection at once.
      if (!greeting.is_unreachable && std::chrono::steady_clock::now() - begun >= timeout_)
        return "it accepts the connection and does not answer";
      mongo::check_tls_agrees(uri_.get(), host, timeout_, "cannot wait for '" + std::string(host.host_and_port) + "'",
                              cancel);
      return greeting.failure;
    }
    if (auto reason = why_not(greeting.reply, host); !reason.empty()) return reason;
    return logs_in_ && !mongo::truth_of(greeting.reply.get(), "arbiterOnly") ? refusal_at(host) : std::string();
  }

  std::string why_not(const mongo::Bson& greeting, const mongoc_host_list_t& host) const {
    if (expect_ == Expect::any) return {};
    if (expect_ == Expect::primary) return mongo::why_not_primary(greeting, host.host_and_port);
    if (mongo::truth_of(greeting.get(), "secondary")) return {};
    if (mongo::truth_of(greeting.get(), "isreplicaset")) return "its replica set is not initiated";
    return "it is not a secondary";
  }

  /// Why the login is rejected; empty where it is accepted.
  std::string refusal_at(const mongoc_host_list_t& host) {
    try {
      mongo::log_in(uri_.get(), host, timeout_);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::denied) return error.message();
      const auto now = std::chrono::steady_clock::now();
      if (refusals_++ == 0) first_refusal_ = now;
      if (refusal_ == Refusal::ends && refusals_ >= fewest_refusals && now - first_refusal_ >= patience_with_logins)
        throw;
      return error.message();
    }
    refusals_ = 0;
    return {};
  }

  mongo::Uri uri_;
  Expect expect_;
  std::chrono::milliseconds timeout_;
  bool logs_in_;
  Refusal refusal_;
  int refusals_ = 0;
  std::chrono::steady_clock::time_point first_refusal_;
};

}  // namespace

std::unique_ptr<Probe> mongo_probe(const Secret& url, const Settings& settings) {
  return std::make_unique<MongoProbe>(wanted(url.reveal()), settings);
}

}  // namespace sidekick::wait
