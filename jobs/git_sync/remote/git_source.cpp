#include "git_sync/remote/git_source.hpp"

#include "git_sync/remote/pkt_line.hpp"
#include "git_sync/remote/socket_stream.hpp"
#include "sidekick/dial.hpp"
#include "sidekick/error.hpp"

namespace sidekick::git_sync {

std::unique_ptr<ByteStream> GitSource::open(const CancelToken& cancel) {
  auto dialled = dial(url_.host, url_.effective_port(), times_.connect, cancel);
  cancel.throw_if_cancelled();
  if (!dialled.fd)
    throw Error(ErrorKind::unavailable, "cannot connect to '" + url_.authority() + "': " + dialled.failure);
  auto stream = std::make_unique<SocketStream>(std::move(dialled.fd), times_.idle);
  std::string request = "git-upload-pack " + percent_decoded(url_.path);
  request.append(1, '\0').append("host=").append(url_.authority()).append(1, '\0');
  request.append(1, '\0').append("version=2").append(1, '\0');
  std::string line;
  append_pkt(line, request);
  stream->write(line, cancel);
  return stream;
}

}  // namespace sidekick::git_sync
