#include "tests/support/certificates.hpp"

#include <stdexcept>

#include "tests/support/process.hpp"

namespace sidekick::test {

Certificates::Certificates() {
  make_authority("authority");
  make_authority("other");
  make_certificate("server", "subjectAltName=IP:127.0.0.1,DNS:localhost");
  make_certificate("client", "extendedKeyUsage=clientAuth");
}

void Certificates::make_authority(const std::string& name) const {
  openssl({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
           "/O=sidekick-test/CN=" + name, "-keyout", name + ".key", "-out", name + ".pem"});
}

void Certificates::make_certificate(const std::string& name, const std::string& extension) const {
  write_file(folder_ / (name + ".ext"), extension);
  openssl({"req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
           "/O=sidekick-test/OU=" + name + "/CN=" + name, "-keyout", name + ".key", "-out", name + ".csr"});
  openssl({"x509", "-req", "-in", name + ".csr", "-CA", "authority.pem", "-CAkey", "authority.key", "-CAcreateserial",
           "-days", "2", "-extfile", name + ".ext", "-out", name + ".crt"});
  write_file(folder_ / (name + ".pem"), read_file(folder_ / (name + ".key")) + read_file(folder_ / (name + ".crt")));
}

void Certificates::openssl(std::vector<std::string> words) const {
  words.insert(words.begin(), "openssl");
  const Finished finished = run({.words = std::move(words), .folder = folder_.path()}, 60s);
  if (finished.exit_code != 0) throw std::runtime_error("openssl: " + finished.describe());
}

}  // namespace sidekick::test
