#include "mongo/uri_text.hpp"

#include <algorithm>
#include <string_view>

#include "sidekick/secret.hpp"

namespace sidekick::mongo {

namespace {

constexpr auto npos = std::string_view::npos;

Error no_uri(std::string cause, std::string hint) {
  return {ErrorKind::usage, "--uri is not a valid connection string: " + std::move(cause), std::move(hint)};
}

Error unescaped() {
  return no_uri("user or password has a character that must be percent-encoded",
                "in user and password, write '@' as %40, ':' as %3A, '/' as %2F, '?' as %3F, '%' as %25");
}

bool is_unescaped(std::string_view user_info) {
  const auto colon = user_info.find(':');
  return user_info.find_first_of("@/?%") != npos || (colon != npos && user_info.find(':', colon + 1) != npos);
}

/// The text between the login and the path or the options.
std::string_view hosts_of(std::string_view text) {
  return text.substr(0, text.find_first_of("/?"));
}

bool has_port(std::string_view host) {
  return host.find(':', host.starts_with('[') ? std::min(host.find(']'), host.size()) : 0) != npos;
}

/// Calls `take` with each of the hosts between commas.
template <class Take>
void for_each_host(std::string_view hosts, Take take) {
  for (std::size_t at = 0; at <= hosts.size();) {
    const auto end = std::min(hosts.find(',', at), hosts.size());
    take(hosts.substr(at, end - at));
    at = end + 1;
  }
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == npos;
}

/// True where a port is a number that TCP does not have.
bool has_port_out_of_range(std::string_view hosts) {
  bool found = false;
  for_each_host(hosts, [&](std::string_view host) {
    if (!has_port(host)) return;
    const auto port = host.substr(host.rfind(':') + 1);
    found = found || (is_number(port) && (port.size() > 5 || std::stoi(std::string(port)) > 65535));
  });
  return found;
}

Error explain_srv(std::string_view hosts) {
  if (hosts.find(',') != npos)
    return no_uri("mongodb+srv:// takes one name; its SRV record names the hosts", "mongodb+srv://cluster/");
  if (has_port(hosts))
    return no_uri("mongodb+srv:// takes no port: the SRV record names the ports",
                  "omit the port, or write mongodb:// for a host and its port");
  return no_uri("the name after mongodb+srv:// must have three parts, such as cluster.example.com",
                "write mongodb:// for a host and its port");
}

Error explain_hosts(std::string_view text, bool has_login) {
  const auto hosts = hosts_of(text);
  if (hosts.empty()) return no_uri("it has no host", "mongodb://host:27017/");
  // A name whose port is not a number may be a user and a password without a host.
  const auto colon = hosts.find(':');
  const bool maybe_password = !has_login && colon != npos && hosts.front() != '[' &&
                              hosts.substr(colon + 1, 1).find_first_of("0123456789") == npos;
  if (maybe_password)
    return no_uri("a port is not a number, or no host follows user and password",
                  "mongodb://user:password@host:27017/");
  if (has_port_out_of_range(hosts)) return no_uri("a port is not within 1 to 65535", "mongodb://host:27017/");
  if (text.find('?') != npos)
    return no_uri("host or options are malformed: '" + redact_url("mongodb://" + std::string(text)) + "'",
                  "write options as /?name=value&name=value");
  return no_uri("'" + redact_url("mongodb://" + std::string(text)).substr(10) + "' cannot be understood as hosts",
                "mongodb://host1:27017,host2:27017/");
}

/// Without brackets, perhaps with a zone: the part after a ':' of it is neither a port nor a password.
bool is_ipv6(std::string_view host) {
  return host.find("::") != npos &&
         host.substr(0, host.find('%')).find_first_not_of("0123456789abcdefABCDEF:.") == npos;
}

Error no_host(const std::string& host, const std::string& cause, const std::string& hint) {
  constexpr std::string_view scheme = "mongodb://";
  const bool has_scheme_or_login = host.find("://") != npos || host.find('@') != npos;
  const auto shown =
      has_scheme_or_login
          ? redact_url(host)
          : redact_url(std::string(scheme) + (is_ipv6(host) ? "[" + host + "]" : host)).substr(scheme.size());
  return {ErrorKind::usage, "--host '" + shown + "': " + cause, hint};
}

/// With the '/' before the options that older libraries require. A '?' that may belong to a password is unchanged.
std::string with_slash(std::string text) {
  const auto question = text.find('?');
  const auto scheme = text.find("://");
  if (question == npos || scheme == npos) return text;
  const auto slash = text.find('/', scheme + 3);
  if (slash < question || text.find('@', question) != npos) return text;
  return text.insert(question, "/");
}

/// "::1" in the form of a connection string.
std::string bracketed(std::string host) {
  const bool is_ipv6 = !host.starts_with('[') && std::ranges::count(host, ':') > 1;
  return is_ipv6 ? "[" + host + "]" : host;
}

std::string with_ports(const std::string& hosts, const std::string& port) {
  std::string out;
  for (std::size_t at = 0; at <= hosts.size();) {
    const auto end = std::min(hosts.find(',', at), hosts.size());
    const auto host = bracketed(hosts.substr(at, end - at));
    out.append(at == 0 ? "" : ",").append(host);
    if (!port.empty() && !has_port(host)) out.append(":").append(port);
    at = end + 1;
  }
  return out;
}

}  // namespace

std::string uri_text(const Connection& c) {
  if (!c.uri.empty()) {
    if (!c.host.empty() || !c.port.empty())
      throw Error(ErrorKind::config, "the connection string and --host or --port exclude each other");
    return with_slash(c.uri.reveal());
  }
  std::string hosts = c.host.empty() ? "localhost" : c.host;
  if (hosts.find("://") != npos || hosts.find('@') != npos)
    throw no_host(hosts, "not a valid host name",
                  "use --uri for a connection string, --username and --password for a login");
  if (hosts.starts_with('/')) {
    for (std::size_t at = 0; (at = hosts.find('/', at)) != std::string::npos;) hosts.replace(at, 1, "%2F");
    return "mongodb://" + hosts + "/";
  }
  std::string options;
  if (const auto slash = hosts.find('/'); slash != std::string::npos) {
    options = "?replicaSet=" + hosts.substr(0, slash);
    hosts.erase(0, slash + 1);
  }
  return "mongodb://" + with_ports(hosts, c.port) + "/" + options;
}

bool has_login_in_path(std::string_view text) {
  text.remove_prefix(std::min(text.find("://") + 3, text.size()));
  text = text.substr(0, text.find('?'));
  const auto slash = text.find('/');
  return slash != npos && text.find('@', slash) != std::string_view::npos;
}

bool has_bad_port_after_bracket(std::string_view text) {
  text.remove_prefix(std::min(text.find("://") + 3, text.size()));
  if (const auto at = text.rfind('@'); at != npos) text.remove_prefix(at + 1);
  bool bad = false;
  for_each_host(hosts_of(text), [&](std::string_view host) {
    const auto rest = host.starts_with('[') ? host.substr(std::min(host.find(']'), host.size())) : std::string_view();
    bad = bad || (rest.size() > 1 && (rest[1] != ':' || !is_number(rest.substr(2))));
  });
  return bad;
}

Error explain_bad_uri(const Connection& connection) {
  if (connection.uri.empty())
    return no_host(connection.host, "is not a valid host",
                   "write name, name:port, [address]:port, or setname/host1,host2");
  std::string_view text = connection.uri.reveal();
  const bool srv = text.starts_with("mongodb+srv://");
  if (!srv && !text.starts_with("mongodb://"))
    return no_uri("it does not begin with mongodb:// or mongodb+srv://", "mongodb://user:password@host:27017/");
  text.remove_prefix(text.find("://") + 3);
  const auto at = text.rfind('@');
  if (at != npos) {
    if (is_unescaped(text.substr(0, at))) return unescaped();
    if (text.starts_with(':')) return no_uri("it has a password but no user", "mongodb://user:password@host:27017/");
    text.remove_prefix(at + 1);
  }
  if (srv && !hosts_of(text).empty()) {
    const auto hosts = hosts_of(text);
    const bool is_name = std::ranges::count(hosts, '.') >= 2;
    if (hosts.find(',') != npos || has_port(hosts) || !is_name) return explain_srv(hosts);
  }
  return explain_hosts(text, at != npos);
}

}  // namespace sidekick::mongo
