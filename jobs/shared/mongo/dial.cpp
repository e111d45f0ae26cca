#include "mongo/dial.hpp"

namespace sidekick::mongo {

DialResult dial(const mongoc_host_list_t& host, std::chrono::milliseconds timeout, const CancelToken& cancel) {
  if (host.family == AF_UNIX) return dial_path(host.host, timeout, cancel);
  return sidekick::dial(host.host, host.port, timeout, cancel, host.family);
}

}  // namespace sidekick::mongo
