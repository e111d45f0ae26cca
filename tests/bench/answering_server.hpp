/// A MongoDB server that stores nothing and acknowledges everything, so that only the client's work is measured.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "sidekick/fd.hpp"

namespace sidekick::test {

/// Listens on a port of loopback and answers OP_MSG (and the OP_QUERY of a handshake) as a standalone 6.0 does: hello,
/// buildInfo, listCollections, create, drop and insert; every other command with {ok: 1, n: 0}. One thread a
/// connection. The destructor cuts all connections and joins the threads.
class AnsweringServer final {
 public:
  AnsweringServer();
  ~AnsweringServer();
  AnsweringServer(const AnsweringServer&) = delete;
  AnsweringServer& operator=(const AnsweringServer&) = delete;

  std::string uri() const { return "mongodb://127.0.0.1:" + std::to_string(port_) + "/"; }

  /// Documents that were inserted since the last call, and forgets all collections.
  std::uint64_t take_documents();

 private:
  struct Connection {
    Fd fd;
    std::thread thread;
  };
  void accept_all();
  void serve(int fd);
  std::string answer(const std::string& message);
  std::string reply_to(const std::string& command, std::uint64_t documents);
  std::string list_collections(const std::string& db);

  Fd listener_;
  std::uint16_t port_ = 0;
  std::atomic<std::uint64_t> documents_ = 0;
  std::mutex mutex_;
  std::set<std::string> collections_;  ///< "db.collection"
  std::list<Connection> open_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace sidekick::test
