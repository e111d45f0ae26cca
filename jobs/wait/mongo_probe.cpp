#include "mongo/certificate_files.hpp"
#include "mongo/client.hpp"
#include "mongo/greeting.hpp"
#include "mongo/ledger_name.hpp"
#include "mongo/login.hpp"
#include "mongo/uri.hpp"
#include "sidekick/certificates.hpp"
#include "sidekick/error.hpp"
#include "wait/probe.hpp"

namespace sidekick::wait {

namespace {

enum class Expect { primary, secondary, any };

/// A seed that must have put its content in place.
struct Seed {
  std::string name;
  std::string sha256;  ///< of that content; empty: any
  std::string label;   ///< of that content; empty: any
};

struct Wanted {
  std::string uri;  ///< without the conditions, which no server knows
  Expect expect = Expect::primary;
  Seed seed{};  ///< without a name: none
};

Expect expect_of(std::string_view text) {
  if (text == "primary") return Expect::primary;
  if (text == "secondary") return Expect::secondary;
  if (text == "any") return Expect::any;
  throw Error(ErrorKind::usage, "cannot wait for a mongodb:// with expect=" + std::string(text),
              "use primary, secondary or any");
}

/// True where `option` is one of our conditions; it is then taken into `out`.
bool take_condition(Wanted& out, std::string_view option) {
  const auto equals = option.find('=');
  if (equals == std::string_view::npos) return false;
  const auto key = option.substr(0, equals);
  const auto value = percent_decoded(option.substr(equals + 1));
  if (key == "expect")
    out.expect = expect_of(value);
  else if (key == "seed")
    out.seed.name = value;
  else if (key == "sha256")
    out.seed.sha256 = value;
  else if (key == "label")
    out.seed.label = value;
  else
    return false;
  return true;
}

void check(const Wanted& wanted) {
  const auto& seed = wanted.seed;
  if (seed.name.empty() && seed.sha256.empty() && seed.label.empty()) return;
  if (seed.name.empty())
    throw Error(ErrorKind::usage, "cannot wait for a mongodb:// with sha256 or label, and without seed=NAME");
  if (wanted.expect != Expect::primary)
    throw Error(ErrorKind::usage, "cannot wait for a mongodb:// with seed and expect: the primary is asked");
}

Wanted wanted(const std::string& url) {
  const auto query = url.find('?');
  Wanted out{url.substr(0, query)};
  if (query == std::string::npos) return out;
  std::string rest;
  for (auto at = query; at < url.size();) {
    const auto end = std::min(url.find('&', at + 1), url.size());
    const auto option = std::string_view(url).substr(at + 1, end - at - 1);
    if (!take_condition(out, option)) rest.append(1, rest.empty() ? '?' : '&').append(option);
    at = end;
  }
  out.uri += rest;
  check(out);
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
        seed_(wanted.seed),
        timeout_(settings.look_timeout),
        logs_in_(settings.until == Settings::Until::there && mongo::has_login(mongo::login_of(uri_.get()))),
        // A user may be created by the very seed that is waited for.
        refusal_(settings.need == Settings::Need::all && seed_.name.empty() ? Refusal::ends : Refusal::waits) {
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
    if (!seed_.name.empty()) return why_not_seeded(greeting.reply, host);
    return logs_in_ && !mongo::truth_of(greeting.reply.get(), "arbiterOnly") ? refusal_at(host) : std::string();
  }

  /// What a primary says may still be rolled back, unless a majority has it.
  std::string why_not_seeded(const mongo::Bson& greeting, const mongoc_host_list_t& host) const try {
    auto command = mongo::Bson().append("find", mongo::ledger_collection);
    command.append("filter", mongo::Bson().append("_id", seed_.name)).append("limit", 1).append("singleBatch", true);
    if (greeting.has("setName")) command.append("readConcern", mongo::Bson().append("level", "majority"));
    const auto found = mongo::first_batch_at(uri_.get(), host, timeout_, mongo::ledger_db, command,
                                             "cannot read the ledger of '" + std::string(host.host_and_port) + "'");
    return found.empty() ? "the seed '" + seed_.name + "' has not begun" : why_not_in_place(found.front());
  } catch (const Error& error) {
    return error.message();
  }

  std::string why_not_in_place(const mongo::Bson& entry) const {
    const auto state = mongo::text_of(entry.get(), "state");
    if (state != "done") return "the seed '" + seed_.name + "' is not done: " + (state.empty() ? "new" : state);
    const auto content = mongo::document_of(entry.get(), "content");
    const auto sha256 = mongo::text_of(content.get(), "sha256");
    const auto label = mongo::text_of(content.get(), "label");
    const bool fits = (seed_.sha256.empty() || seed_.sha256 == sha256) && (seed_.label.empty() || seed_.label == label);
    if (fits) return {};
    return "the seed '" + seed_.name + "' has put another content in place: " + sha256 +
           (label.empty() ? std::string() : " (" + label + ")");
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
        throw Error(error.kind(), error.message(), error.hint(), Retry::never);
      return error.message();
    }
    refusals_ = 0;
    return {};
  }

  mongo::Uri uri_;
  Expect expect_;
  const Seed seed_;
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
