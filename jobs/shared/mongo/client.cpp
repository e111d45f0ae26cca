#include "mongo/client.hpp"

#include <algorithm>
#include <mutex>
#include <system_error>
#include <thread>

#include "mongo/certificate_files.hpp"
#include "sidekick/handle.hpp"

namespace sidekick::mongo {

namespace {

std::optional<mongoc_ssl_opt_t> tls_options(mongoc_uri_t* uri, const Connection& connection,
                                            const std::string& crl_file) {
  if (!mongoc_uri_get_tls(uri)) return std::nullopt;
  // OpenSSL's own default is a path of the build machine, which an image need not have.
  if (!mongoc_uri_has_option(uri, MONGOC_URI_TLSCAFILE))
    if (!connection.default_ca_file.empty())
      mongoc_uri_set_option_as_utf8(uri, MONGOC_URI_TLSCAFILE, connection.default_ca_file.c_str());
  check_certificate_files(uri, crl_file);
  mongoc_ssl_opt_t options = *mongoc_ssl_opt_get_default();
  const auto text = [&](const char* name) { return mongoc_uri_get_option_as_utf8(uri, name, nullptr); };
  options.pem_file = text(MONGOC_URI_TLSCERTIFICATEKEYFILE);
  options.pem_pwd = text(MONGOC_URI_TLSCERTIFICATEKEYFILEPASSWORD);
  options.ca_file = text(MONGOC_URI_TLSCAFILE);
  if (!crl_file.empty()) options.crl_file = crl_file.c_str();
  const bool insecure = mongoc_uri_get_option_as_bool(uri, MONGOC_URI_TLSINSECURE, false);
  options.weak_cert_validation =
      insecure || mongoc_uri_get_option_as_bool(uri, MONGOC_URI_TLSALLOWINVALIDCERTIFICATES, false);
  options.allow_invalid_hostname =
      insecure || mongoc_uri_get_option_as_bool(uri, MONGOC_URI_TLSALLOWINVALIDHOSTNAMES, false);
  return options;
}

std::chrono::milliseconds take_selection_time(mongoc_uri_t* uri) {
  constexpr std::int32_t slice_ms = 1'000;
  const auto whole_ms = mongoc_uri_get_option_as_int32(uri, MONGOC_URI_SERVERSELECTIONTIMEOUTMS, slice_ms);
  mongoc_uri_set_option_as_int32(uri, MONGOC_URI_SERVERSELECTIONTIMEOUTMS, std::min(whole_ms, slice_ms));
  return std::chrono::milliseconds(whole_ms);
}

}  // namespace

// The library's own log would go to stderr, bypassing ours.
void initialise_library() {
  static std::once_flag once;
  std::call_once(once, [] {
    mongoc_log_set_handler(nullptr, nullptr);
    mongoc_init();
  });
}

Pool::Pool(const Connection& connection, CancelToken cancel)
    : tls_crl_file_(connection.tls_crl_file),
      uri_((initialise_library(), connection_uri(connection))),
      selection_time_(take_selection_time(uri_.get())),
      hosts_(describe_hosts(uri_.get())),
      tls_(tls_options(uri_.get(), connection, tls_crl_file_)),
      connector_(std::move(cancel), tls_),
      pool_(mongoc_client_pool_new(uri_.get())) {
  if (pool_ == nullptr)
    throw Error(ErrorKind::unavailable, "cannot find the servers behind '" + hosts_ + "': no SRV record");
  mongoc_client_pool_set_error_api(pool_, MONGOC_ERROR_API_VERSION_2);
  if (tls_) mongoc_client_pool_set_ssl_opts(pool_, &*tls_);
  const Handle<mongoc_apm_callbacks_t, mongoc_apm_callbacks_destroy> callbacks(mongoc_apm_callbacks_new());
  mongoc_apm_set_server_changed_cb(callbacks.get(), &Pool::on_server_changed);
  mongoc_client_pool_set_apm_callbacks(pool_, callbacks.get(), this);
}

Pool::~Pool() {
  mongoc_client_pool_destroy(pool_);
}

void DestroyInBackground::operator()(Pool* pool) const noexcept {
  try {
    std::thread([pool] { delete pool; }).detach();
  } catch (const std::system_error&) {
    delete pool;
  }
}

// A call that waits for a server without heartbeats would wait for ever: its connections are cut.
void Pool::on_server_changed(const mongoc_apm_server_changed_t* event) {
  const auto* server = mongoc_apm_server_changed_get_new_description(event);
  if (std::string_view(mongoc_server_description_type(const_cast<mongoc_server_description_t*>(server))) != "Unknown")
    return;
  static_cast<Pool*>(mongoc_apm_server_changed_get_context(event))
      ->connector_.cut(mongoc_apm_server_changed_get_host(event)->host_and_port);
}

Client Pool::client() {
  std::unique_ptr<mongoc_client_t, Client::ReturnToPool> client(mongoc_client_pool_pop(pool_), {pool_});
  connector_.attach(client.get());
  return Client(std::move(client));
}

Bson Client::run(const std::string& db, const Bson& command, const std::string& what,
                 std::initializer_list<std::uint32_t> accepted) const {
  bson_error_t error;
  bson_t raw;
  const bool done =
      mongoc_client_command_with_opts(client_.get(), db.c_str(), command.get(), nullptr, nullptr, &raw, &error);
  Bson reply(&raw);
  bson_destroy(&raw);
  if (!done) {
    if (error.domain == MONGOC_ERROR_SERVER && std::ranges::find(accepted, error.code) != accepted.end()) return reply;
    throw mongo_error(error, reply.get(), what);
  }
  if (const auto concern = document_of(reply.get(), "writeConcernError"); !concern.empty()) {
    bson_set_error(&error, MONGOC_ERROR_WRITE_CONCERN, static_cast<std::uint32_t>(number_of(concern.get(), "code")),
                   "%s", text_of(concern.get(), "errmsg").c_str());
    throw mongo_error(error, reply.get(), what);
  }
  return reply;
}

Collection collection_of(const Client& client, const Namespace& ns) {
  return Collection(mongoc_client_get_collection(client.get(), ns.db.c_str(), ns.collection.c_str()));
}

std::vector<Bson> Client::run_cursor(const std::string& db, const Bson& command, const std::string& what) const {
  bson_error_t error;
  bson_t raw;
  if (!mongoc_client_command_with_opts(client_.get(), db.c_str(), command.get(), nullptr, nullptr, &raw, &error)) {
    const Bson reply(&raw);
    bson_destroy(&raw);
    throw mongo_error(error, reply.get(), what);
  }
  // The cursor takes the reply over and destroys it.
  const Handle<mongoc_cursor_t, mongoc_cursor_destroy> cursor(
      mongoc_cursor_new_from_command_reply_with_opts(client_.get(), &raw, nullptr));
  std::vector<Bson> out;
  const bson_t* document = nullptr;
  while (mongoc_cursor_next(cursor.get(), &document)) out.emplace_back(document);
  if (mongoc_cursor_error(cursor.get(), &error)) throw mongo_error(error, nullptr, what);
  return out;
}

}  // namespace sidekick::mongo
