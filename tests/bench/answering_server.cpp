#include "tests/bench/answering_server.hpp"

#include <bson/bson.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cstring>
#include <functional>
#include <stdexcept>
#include <string_view>

namespace sidekick::test {

namespace {

constexpr std::int32_t op_reply = 1;
constexpr std::int32_t op_query = 2004;
constexpr std::int32_t op_msg = 2013;
constexpr std::size_t header_bytes = 16;
constexpr std::uint32_t more_to_come = 2;

std::int32_t number_at(std::string_view bytes, std::size_t at) {
  std::int32_t value = 0;
  if (at + sizeof value > bytes.size()) throw std::runtime_error("a message that is cut short");
  std::memcpy(&value, &bytes[at], sizeof value);
  return value;
}

template <class Number>
void append(std::string& bytes, Number value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

class Document final {
 public:
  Document() { bson_init(&bson_); }
  ~Document() { bson_destroy(&bson_); }
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;
  bson_t* get() { return &bson_; }
  std::string bytes() const { return {reinterpret_cast<const char*>(bson_get_data(&bson_)), bson_.len}; }

 private:
  bson_t bson_;
};

std::string made(const std::function<void(bson_t*)>& fill) {
  Document document;
  fill(document.get());
  BSON_APPEND_DOUBLE(document.get(), "ok", 1);
  return document.bytes();
}

/// The text of a field of a command; empty where it has none.
std::string text_of(const std::string& command, const char* key) {
  bson_t view;
  bson_iter_t field;
  if (!bson_init_static(&view, reinterpret_cast<const std::uint8_t*>(command.data()), command.size())) return {};
  if (!bson_iter_init_find(&field, &view, key) || !BSON_ITER_HOLDS_UTF8(&field)) return {};
  return bson_iter_utf8(&field, nullptr);
}

std::string name_of(const std::string& command) {
  return command.size() > 5 ? command.c_str() + 5 : "";
}

std::string hello() {
  return made([](bson_t* reply) {
    BSON_APPEND_BOOL(reply, "helloOk", true);
    BSON_APPEND_BOOL(reply, "ismaster", true);
    BSON_APPEND_BOOL(reply, "isWritablePrimary", true);
    BSON_APPEND_INT32(reply, "maxBsonObjectSize", 16 << 20);
    BSON_APPEND_INT32(reply, "maxMessageSizeBytes", 48'000'000);
    BSON_APPEND_INT32(reply, "maxWriteBatchSize", 100'000);
    BSON_APPEND_INT32(reply, "logicalSessionTimeoutMinutes", 30);
    BSON_APPEND_INT32(reply, "minWireVersion", 0);
    BSON_APPEND_INT32(reply, "maxWireVersion", 17);
    BSON_APPEND_BOOL(reply, "readOnly", false);
  });
}

bool receive(int fd, char* into, std::size_t bytes) {
  while (bytes > 0) {
    const auto n = ::recv(fd, into, bytes, 0);
    if (n <= 0) return false;
    into += n;
    bytes -= static_cast<std::size_t>(n);
  }
  return true;
}

void send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

/// The command of an OP_MSG, and how many documents its sequences hold.
struct Parsed {
  std::string command;
  std::uint64_t documents = 0;
};

Parsed parse(std::string_view message) {
  Parsed parsed;
  for (std::size_t at = header_bytes + 4; at < message.size();) {
    const bool sequence = message[at++] != 0;
    const auto end = at + static_cast<std::size_t>(number_at(message, at));
    if (end > message.size()) throw std::runtime_error("a section that is cut short");
    if (!sequence) {
      parsed.command = message.substr(at, end - at);
    } else {
      const auto name_end = message.find('\0', at + 4);
      for (auto document = name_end + 1; document < end; parsed.documents++)
        document += static_cast<std::size_t>(number_at(message, document));
    }
    at = end;
  }
  return parsed;
}

}  // namespace

AnsweringServer::AnsweringServer() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_.get(), generic, size) != 0 || ::listen(listener_.get(), 64) != 0 ||
      ::getsockname(listener_.get(), generic, &size) != 0)
    throw std::runtime_error("cannot listen on loopback");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { accept_all(); });
}

AnsweringServer::~AnsweringServer() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    ::shutdown(listener_.get(), SHUT_RDWR);
    for (const auto& connection : open_) ::shutdown(connection.fd.get(), SHUT_RDWR);
  }
  thread_.join();
  for (auto& connection : open_) connection.thread.join();
}

std::uint64_t AnsweringServer::take_documents() {
  const std::lock_guard lock(mutex_);
  collections_.clear();
  return documents_.exchange(0);
}

void AnsweringServer::accept_all() {
  for (;;) {
    Fd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!fd) return;
    const int yes = 1;
    ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    const std::lock_guard lock(mutex_);
    if (ending_) return;
    auto& connection = open_.emplace_back();
    connection.fd = std::move(fd);
    connection.thread = std::thread([this, socket = connection.fd.get()] { serve(socket); });
  }
}

void AnsweringServer::serve(int fd) {
  std::string message;
  try {
    for (;;) {
      message.resize(header_bytes);
      if (!receive(fd, message.data(), header_bytes)) return;
      const auto bytes = static_cast<std::size_t>(number_at(message, 0));
      if (bytes < header_bytes) return;
      message.resize(bytes);
      if (!receive(fd, &message[header_bytes], bytes - header_bytes)) return;
      send_all(fd, answer(message));
    }
  } catch (const std::runtime_error&) {
    ::shutdown(fd, SHUT_RDWR);  // the client reports a connection that ended
  }
}

std::string AnsweringServer::answer(const std::string& message) {
  const auto kind = number_at(message, 12);
  std::string body;
  if (kind == op_query) {
    const auto query = message.find('\0', header_bytes + 4) + 1 + 8;
    append<std::int32_t>(body, 8);
    append<std::int64_t>(body, 0);
    append<std::int32_t>(body, 0);
    append<std::int32_t>(body, 1);
    body += reply_to(message.substr(query), 0);
  } else if (kind == op_msg) {
    const auto parsed = parse(message);
    const auto reply = reply_to(parsed.command, parsed.documents);
    if ((static_cast<std::uint32_t>(number_at(message, header_bytes)) & more_to_come) != 0) return {};
    append<std::int32_t>(body, 0);
    body += '\0';
    body += reply;
  } else {
    throw std::runtime_error("a kind of message that is not known");
  }
  std::string all;
  append(all, static_cast<std::int32_t>(header_bytes + body.size()));
  append<std::int32_t>(all, 0);
  append(all, number_at(message, 4));
  append(all, kind == op_query ? op_reply : op_msg);
  return all + body;
}

std::string AnsweringServer::reply_to(const std::string& command, std::uint64_t documents) {
  const auto name = name_of(command);
  if (name == "hello" || name == "isMaster" || name == "ismaster") return hello();
  const auto db = text_of(command, "$db");
  if (name == "listCollections") return list_collections(db);
  if (name == "create" || name == "drop") {
    const auto ns = db + "." + text_of(command, name.c_str());
    const std::lock_guard lock(mutex_);
    if (name == "create")
      collections_.insert(ns);
    else
      collections_.erase(ns);
  }
  if (name == "insert") documents_ += documents;
  return made([&](bson_t* reply) {
    if (name == "buildInfo") BSON_APPEND_UTF8(reply, "version", "6.0.27");
    BSON_APPEND_INT32(reply, "n", static_cast<std::int32_t>(documents));
  });
}

std::string AnsweringServer::list_collections(const std::string& db) {
  const std::lock_guard lock(mutex_);
  return made([&](bson_t* reply) {
    bson_t cursor;
    bson_t batch;
    BSON_APPEND_DOCUMENT_BEGIN(reply, "cursor", &cursor);
    BSON_APPEND_INT64(&cursor, "id", 0);
    BSON_APPEND_UTF8(&cursor, "ns", (db + ".$cmd.listCollections").c_str());
    BSON_APPEND_ARRAY_BEGIN(&cursor, "firstBatch", &batch);
    std::size_t index = 0;
    for (const auto& ns : collections_) {
      if (!ns.starts_with(db + ".")) continue;
      Document entry;
      Document nothing;
      Document info;
      std::uint8_t uuid[16]{};
      const auto hash = std::hash<std::string>()(ns);
      std::memcpy(uuid, &hash, sizeof hash);
      BSON_APPEND_UTF8(entry.get(), "name", ns.c_str() + db.size() + 1);
      BSON_APPEND_UTF8(entry.get(), "type", "collection");
      BSON_APPEND_DOCUMENT(entry.get(), "options", nothing.get());
      BSON_APPEND_BOOL(info.get(), "readOnly", false);
      BSON_APPEND_BINARY(info.get(), "uuid", BSON_SUBTYPE_UUID, uuid, sizeof uuid);
      BSON_APPEND_DOCUMENT(entry.get(), "info", info.get());
      const auto key = std::to_string(index++);
      BSON_APPEND_DOCUMENT(&batch, key.c_str(), entry.get());
    }
    bson_append_array_end(&cursor, &batch);
    bson_append_document_end(reply, &cursor);
  });
}

}  // namespace sidekick::test
