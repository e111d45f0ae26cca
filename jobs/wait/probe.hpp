/// One look at what a URL names, behind one interface.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sidekick/cancel.hpp"
#include "sidekick/url.hpp"
#include "wait/settings.hpp"

namespace sidekick::wait {

/// For one thread; probes of one job run side by side.
class Probe {
 public:
  virtual ~Probe() = default;

  /// Nothing where it is there; else why not, in a few words: "Connection refused". Takes no longer than
  /// Settings::look_timeout, but for the look-up of a name, and gives way to cancellation (the answer is of no meaning
  /// then). Throws Error of kind config or no_input for what no waiting can mend: a certificate file that cannot be
  /// read.
  virtual std::optional<std::string> look(const CancelToken& cancel) = 0;
};

/// The probe for `url`. Throws Error: usage for one that is malformed or whose scheme is unknown (the known ones are
/// listed); no_input or denied for a file of certificates that cannot be read.
std::unique_ptr<Probe> make_probe(const Secret& url, const Settings& settings);

// The kinds of probes. Each of them throws Error of kind usage where the URL lacks what it needs.

/// tcp://host:port is there when it takes a connection; so is unix:///path.
std::unique_ptr<Probe> tcp_probe(const Url& url, const Settings& settings);
std::unique_ptr<Probe> unix_probe(std::string path, const Settings& settings);

/// postgres, mysql, redis, amqp: there when the server's first answer says that it serves. Nobody logs in.
std::unique_ptr<Probe> greeting_probe(const Url& url, const Settings& settings);

/// http and https: there when a GET has the status and the body that are expected. Redirects are answers.
std::unique_ptr<Probe> http_probe(const Secret& url, const Settings& settings);

/// mongodb: there when one of the hosts is a writable primary; with ?expect=secondary when one is a secondary, with
/// ?expect=any when one answers; and, where the URL names a user, when that host takes the login. A login that is
/// refused for 15 s makes look() throw Error of kind denied, unless one URL of several is enough; a server that does
/// not speak TLS as the URL does, one of kind config.
std::unique_ptr<Probe> mongo_probe(const Secret& url, const Settings& settings);

/// file:///path: there when it exists; ?nonempty when it has a byte (a folder: an entry), ?newer-than=/path when it is
/// younger than that.
std::unique_ptr<Probe> file_probe(const Url& url);

/// dns://name: there when the name has an address.
std::unique_ptr<Probe> dns_probe(const Url& url);

}  // namespace sidekick::wait
