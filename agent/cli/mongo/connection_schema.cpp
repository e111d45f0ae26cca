#include "agent/cli/mongo/restore_schema.hpp"

namespace sidekick::cli {

using config::Arity;
using config::Secrecy;
using config::Setting;

namespace {

constexpr std::string_view connection = "Connection";
constexpr std::string_view authentication = "Authentication";
constexpr std::string_view tls = "TLS";

std::vector<Setting> reaching() {
  return {
      {.name = "uri",
       .value_name = "URI",
       .help = "connection string mongodb:// or mongodb+srv://, also as an argument without the flag; a database in it "
               "(mongodb://host/DB) is selected as by --db, and one that only holds the user is /?authSource=DB",
       .group = connection,
       .secrecy = Secrecy::url},
      {.name = "host",
       .short_name = 'h',
       .value_name = "HOST",
       .help = "name, name:port, an IPv6 address, or setname/host1,host2",
       .group = connection},
      {.name = "port", .value_name = "PORT", .help = "port of the server", .group = connection},
      {.name = "config",
       .value_name = "FILE",
       .help = "YAML file with password, uri or sslPEMKeyPassword",
       .group = connection},
      {.name = "compressors",
       .value_name = "LIST",
       .help = "wire compression, separated by commas: snappy, zlib, zstd, or none; unless given, zstd or snappy where "
               "the server supports one, and none to this machine",
       .group = connection},
      {.name = "dialTimeout",
       .value_name = "SECONDS",
       .help = "time limit for one connection attempt",
       .group = connection},
      {.name = "socketTimeout",
       .value_name = "SECONDS",
       .help = "time limit for an answer on the network; 0 for none",
       .group = connection},
      {.name = "serverSelectionTimeout",
       .value_name = "SECONDS",
       .help = "time limit for finding a writable server, within one attempt",
       .group = connection},
      {.name = "TCPKeepAliveSeconds",
       .value_name = "SECONDS",
       .help = "seconds between TCP keep-alives",
       .remark = "no effect, the driver's own interval counts",
       .group = connection},
  };
}

std::vector<Setting> authenticating() {
  return {
      {.name = "username",
       .short_name = 'u',
       .value_name = "NAME",
       .help = "user to log in as",
       .group = authentication},
      {.name = "password",
       .short_name = 'p',
       .value_name = "PASSWORD",
       .help = "password of the user",
       .remark = "never prompted for, as there is no terminal",
       .group = authentication,
       .secrecy = Secrecy::secret},
      {.name = "authenticationDatabase",
       .value_name = "DB",
       .help = "database that holds the user",
       .group = authentication},
      {.name = "authenticationMechanism",
       .value_name = "NAME",
       .help = "such as SCRAM-SHA-256 or MONGODB-X509",
       .group = authentication},
      {.name = "awsSessionToken",
       .value_name = "TOKEN",
       .help = "session token for MONGODB-AWS",
       .group = authentication,
       .secrecy = Secrecy::secret},
      {.name = "gssapiServiceName",
       .value_name = "NAME",
       .help = "service name for Kerberos",
       .remark = "Kerberos is refused",
       .group = authentication},
      {.name = "gssapiHostName",
       .value_name = "NAME",
       .help = "host name for Kerberos",
       .remark = "Kerberos is refused",
       .group = authentication},
  };
}

std::vector<Setting> encrypting() {
  return {
      {.name = "ssl", .alias = "tls", .help = "connect with TLS", .group = tls, .arity = Arity::flag},
      {.name = "sslCAFile", .value_name = "FILE", .help = "certificates of the authorities to trust", .group = tls},
      {.name = "sslPEMKeyFile", .value_name = "FILE", .help = "the client certificate and its key", .group = tls},
      {.name = "sslPEMKeyPassword",
       .value_name = "PASSWORD",
       .help = "password of the key in --sslPEMKeyFile",
       .group = tls,
       .secrecy = Secrecy::secret},
      {.name = "sslCRLFile", .value_name = "FILE", .help = "revoked certificates", .group = tls},
      {.name = "sslFIPSMode",
       .help = "use the FIPS module of OpenSSL",
       .remark = "refused, as this binary has none",
       .group = tls,
       .arity = Arity::flag},
      {.name = "sslAllowInvalidCertificates",
       .help = "do not verify the server's certificate",
       .group = tls,
       .arity = Arity::flag},
      {.name = "sslAllowInvalidHostnames",
       .help = "do not verify the name in the server's certificate",
       .group = tls,
       .arity = Arity::flag},
      {.name = "tlsInsecure",
       .help = "verify neither the certificate nor its name",
       .group = tls,
       .arity = Arity::flag},
  };
}

}  // namespace

std::vector<Setting> mongo_connection_settings() {
  auto out = reaching();
  for (auto part : {authenticating(), encrypting()}) out.insert(out.end(), part.begin(), part.end());
  return out;
}

}  // namespace sidekick::cli
