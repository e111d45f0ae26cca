/// Answers the calls that libmongoc makes to Cyrus SASL, in the static binary only.
///
/// Debian has no static GSSAPI, and its libsasl2.a wants one. SCRAM, X.509, PLAIN and AWS are libmongoc's own work;
/// SASL serves Kerberos alone. So these few functions take its place: starting up succeeds, and whoever asks for GSSAPI
/// gets an error that says what is the matter.
#include <sasl/sasl.h>
#include <stddef.h>

static const char reason[] = "Kerberos (GSSAPI) is not supported by the static binary";

int sasl_client_init(const sasl_callback_t* callbacks) {
  (void)callbacks;
  return SASL_OK;
}

int sasl_client_done(void) {
  return SASL_OK;
}

void sasl_set_mutex(sasl_mutex_alloc_t* allocate, sasl_mutex_lock_t* lock, sasl_mutex_unlock_t* unlock,
                    sasl_mutex_free_t* release) {
  (void)allocate, (void)lock, (void)unlock, (void)release;
}

int sasl_client_new(const char* service, const char* server, const char* local_address, const char* remote_address,
                    const sasl_callback_t* callbacks, unsigned flags, sasl_conn_t** connection) {
  (void)service, (void)server, (void)local_address, (void)remote_address, (void)callbacks, (void)flags;
  *connection = NULL;
  return SASL_NOMECH;
}

int sasl_client_start(sasl_conn_t* connection, const char* mechanisms, sasl_interact_t** prompt, const char** out,
                      unsigned* out_bytes, const char** mechanism) {
  (void)connection, (void)mechanisms, (void)prompt, (void)out, (void)out_bytes, (void)mechanism;
  return SASL_NOMECH;
}

int sasl_client_step(sasl_conn_t* connection, const char* in, unsigned in_bytes, sasl_interact_t** prompt,
                     const char** out, unsigned* out_bytes) {
  (void)connection, (void)in, (void)in_bytes, (void)prompt, (void)out, (void)out_bytes;
  return SASL_NOMECH;
}

void sasl_dispose(sasl_conn_t** connection) {
  *connection = NULL;
}

const char* sasl_errdetail(sasl_conn_t* connection) {
  (void)connection;
  return reason;
}

const char* sasl_errstring(int error, const char* languages, const char** language) {
  (void)error, (void)languages;
  if (language != NULL) *language = NULL;
  return reason;
}

const char** sasl_global_listmech(void) {
  static const char* none[] = {NULL};
  return none;
}
