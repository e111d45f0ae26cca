/// Answers the calls that libmongoc makes to Cyrus SASL, and libgit2 to GSSAPI, in the static binary only.
///
/// Debian has no static GSSAPI, and its libsasl2.a wants one. SCRAM, X.509, PLAIN and AWS are libmongoc's own work;
/// SASL serves Kerberos alone. So these few functions take its place: starting up succeeds, and a request for GSSAPI
/// gets an error that names the cause. In libgit2 only its own http transport would ask, which is linked but never
/// used.
#include <sasl/sasl.h>
#include <stddef.h>
#include <stdint.h>

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

// The ABI of RFC 2744 without its headers, which come with libraries that we do not want.
enum { gss_failure = 13 << 16 };  // GSS_S_FAILURE

void* GSS_C_NT_HOSTBASED_SERVICE = NULL;

uint32_t gss_indicate_mechs(uint32_t* minor, void** mechanisms) {
  *minor = 0;
  *mechanisms = NULL;
  return gss_failure;
}

uint32_t gss_release_oid_set(uint32_t* minor, void** set) {
  (void)set;
  *minor = 0;
  return 0;
}

uint32_t gss_import_name(uint32_t* minor, void* text, void* type, void** name) {
  (void)text, (void)type;
  *minor = 0;
  *name = NULL;
  return gss_failure;
}

uint32_t gss_release_name(uint32_t* minor, void** name) {
  (void)name;
  *minor = 0;
  return 0;
}

uint32_t gss_init_sec_context(uint32_t* minor, void* credential, void** context, void* name, void* mechanism,
                              uint32_t flags, uint32_t time, void* bindings, void* in, void** actual_mechanism,
                              void* out, uint32_t* actual_flags, uint32_t* actual_time) {
  (void)credential, (void)context, (void)name, (void)mechanism, (void)flags, (void)time, (void)bindings, (void)in;
  (void)actual_mechanism, (void)out, (void)actual_flags, (void)actual_time;
  *minor = 0;
  return gss_failure;
}

uint32_t gss_delete_sec_context(uint32_t* minor, void** context, void* token) {
  (void)context, (void)token;
  *minor = 0;
  return 0;
}

uint32_t gss_display_status(uint32_t* minor, uint32_t status, int type, void* mechanism, uint32_t* context, void* text) {
  (void)status, (void)type, (void)mechanism, (void)text;
  *minor = 0;
  *context = 0;
  return gss_failure;
}

uint32_t gss_release_buffer(uint32_t* minor, void* buffer) {
  (void)buffer;
  *minor = 0;
  return 0;
}
