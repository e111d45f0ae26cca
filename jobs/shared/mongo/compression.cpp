#include "mongo/compression.hpp"

#include <sys/socket.h>

#include <string>
#include <string_view>

namespace sidekick::mongo {

namespace {

// In order of preference; the library warns of those that it was built without. zlib is not among them: at 50 Mbit/s it
// costs more time than it saves.
constexpr const char* compressors =
    ""
#ifdef MONGOC_ENABLE_COMPRESSION_ZSTD
    "zstd,"
#endif
#ifdef MONGOC_ENABLE_COMPRESSION_SNAPPY
    "snappy,"
#endif
    ;

bool is_local_host(const mongoc_host_list_t& host) {
  const std::string_view name = host.host;
  return host.family == AF_UNIX || name == "localhost" || name == "::1" || name.starts_with("127.");
}

}  // namespace

bool is_local(const mongoc_uri_t* uri) {
  if (mongoc_uri_get_srv_hostname(uri) != nullptr) return false;
  for (const auto* host = mongoc_uri_get_hosts(uri); host != nullptr; host = host->next)
    if (!is_local_host(*host)) return false;
  return true;
}

void offer_compression(mongoc_uri_t* uri) {
  std::string_view offered = compressors;
  if (offered.empty() || is_local(uri)) return;
  offered.remove_suffix(1);
  mongoc_uri_set_compressors(uri, std::string(offered).c_str());
}

}  // namespace sidekick::mongo
