/// Checks the certificate files of a TLS connection before anything is connected.
#pragma once

#include <mongoc/mongoc.h>

#include <string>

namespace sidekick::mongo {

/// Opens and reads the files that the TLS options of `uri` name, and `crl_file` (empty: none). Does nothing without
/// TLS. The library itself would only report that it finds no server. Throws Error: no_input or denied for a file that
/// cannot be opened, config for one with the wrong content, or a key that its password does not open.
void check_certificate_files(const mongoc_uri_t* uri, const std::string& crl_file);

}  // namespace sidekick::mongo
