/// Real Apache servers on loopback: files, scripts and git repositories over http and https.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "tests/support/certificates.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temp_dir.hpp"

namespace sidekick::test {

struct ApacheSettings {
  const Certificates* certificates = nullptr;  ///< https with its server's certificate; null: http
  bool client_certificate = false;             ///< asked for, and to be signed by the authority of `certificates`
  std::string user{};                          ///< basic authentication for everything; empty: none
  std::string password{};
  std::string configuration{};  ///< further lines, for the whole server
};

/// A server that answers. Started by the constructor, ended by the destructor. It serves documents() under /, runs what
/// lies in scripts() under /cgi/, and the repositories in repositories() under /git/ (protocol versions 0 to 2). Where
/// the tests are run by root it reads as nobody: what is put there must be readable by all. Throws std::runtime_error
/// with the end of its log where it does not start within 20 s.
class Apache final {
 public:
  explicit Apache(ApacheSettings settings = {});
  ~Apache();
  Apache(const Apache&) = delete;
  Apache& operator=(const Apache&) = delete;

  std::uint16_t port() const { return port_; }
  /// "http://127.0.0.1:PORT" and then `path`.
  std::string url(const std::string& path = "/") const;
  std::filesystem::path documents() const { return folder_ / "documents"; }
  std::filesystem::path scripts() const { return folder_ / "scripts"; }
  std::filesystem::path repositories() const { return folder_ / "repositories"; }
  /// A script of the shell under /cgi/NAME.
  void add_script(const std::string& name, const std::string& text) const;
  /// What was asked so far, a line each: "GET /x HTTP/1.1" 200, the number of requests on that connection before.
  std::string access_log() const;
  std::string error_log() const;

  /// Ends it and every connection; start() brings it back on the same port.
  void stop();
  void start();

 private:
  void write_configuration() const;
  void wait_until_ready();

  ApacheSettings settings_;
  TempDir folder_;
  std::uint16_t port_ = 0;
  std::unique_ptr<Child> child_;
};

}  // namespace sidekick::test
