/// One check of a URL's target, behind one interface.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sidekick/cancel.hpp"
#include "sidekick/url.hpp"
#include "wait/settings.hpp"

namespace sidekick::wait {

/// For one thread; probes of one job run in parallel.
class Probe {
 public:
  virtual ~Probe() = default;

  /// Nothing where the target is available; else the reason in a few words: "Connection refused". Takes no longer than
  /// Settings::look_timeout, except for a name lookup, and stops on cancellation (the result is then meaningless).
  /// Throws Error of kind config or no_input for what no waiting can mend: an unreadable certificate file.
  virtual std::optional<std::string> look(const CancelToken& cancel) = 0;
};

/// The probe for `url`. Throws Error: usage for a malformed URL or an unknown scheme (with the known ones); no_input or
/// denied for an unreadable file of certificates.
std::unique_ptr<Probe> make_probe(const Secret& url, const Settings& settings);

// The kinds of probes. Each of them throws Error of kind usage where the URL lacks what it needs.

/// tcp://host:port is available when it accepts a connection; so is unix:///path.
std::unique_ptr<Probe> tcp_probe(const Url& url, const Settings& settings);
std::unique_ptr<Probe> unix_probe(std::string path, const Settings& settings);

/// postgres, mysql, redis, amqp: available when the server's first answer says that it serves. Does not log in.
std::unique_ptr<Probe> greeting_probe(const Url& url, const Settings& settings);

/// http and https: available when a GET returns the expected status and body. Redirects are answers.
std::unique_ptr<Probe> http_probe(const Secret& url, const Settings& settings);

/// mongodb: available when one of the hosts is a writable primary; with ?expect=secondary when one is a secondary, with
/// ?expect=any when one answers; and, where the URL names a user, when that host accepts the login. A login that is
/// rejected for 15 s makes look() throw Error of kind denied, unless one URL of several is enough; a mismatch of TLS
/// between server and URL throws one of kind config. With ?seed=NAME, when the ledger of `sidekick seed` says that its
/// content is in place, with &sha256= or &label= that one; a rejected login is then waited for.
std::unique_ptr<Probe> mongo_probe(const Secret& url, const Settings& settings);

/// file:///path: available when it exists; ?nonempty when it has a byte (a folder: an entry), ?newer-than=/path when it
/// is newer than that.
std::unique_ptr<Probe> file_probe(const Url& url);

/// dns://name: available when the name has an address.
std::unique_ptr<Probe> dns_probe(const Url& url);

}  // namespace sidekick::wait
