/// Real ssh servers on loopback, which run git-upload-pack, and SFTP, for whoever has the right key or password.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "tests/support/process.hpp"
#include "tests/support/temp_dir.hpp"

namespace sidekick::test {

struct SshServerSettings {
  bool accepts_protocol = true;                                                 ///< lets clients set GIT_PROTOCOL
  enum class Passwords { none, plain, questions } passwords = Passwords::none;  ///< how they may be given
  std::string sftp_options{};             ///< of internal-sftp: "-R" is for reading only
  std::string host_key_type = "ed25519";  ///< as ssh-keygen names it
  std::string forced_command{};           ///< run for each client instead of what it asks for
};

/// A server that answers, with a host key of its own and one client that may log in as the user who runs the tests.
/// Started by the constructor, ended by the destructor. Throws std::runtime_error with the end of its log where it does
/// not start within 20 s.
class SshServer final {
 public:
  explicit SshServer(SshServerSettings settings = {});

  /// ssh://USER@127.0.0.1:PORT and then `path`.
  std::string url(const std::filesystem::path& path) const;
  std::uint16_t port() const { return port_; }
  std::filesystem::path client_key() const { return folder_ / "client"; }
  /// A key that nobody accepts, and one with a passphrase.
  std::filesystem::path other_key() const { return folder_ / "other"; }
  std::filesystem::path locked_key() const { return folder_ / "locked"; }
  /// What the keys that are locked, and the user, are unlocked with.
  static std::string password() { return "s3cret pass"; }
  /// The same server's folder as a storage.
  std::string sftp_url(const std::filesystem::path& path) const;
  /// A key with a passphrase that is let in.
  std::filesystem::path locked_client_key() const { return folder_ / "locked_client"; }
  /// Lets one more key in: that of the file KEY.pub.
  void admit(const std::filesystem::path& key) const;
  /// Names this server's key.
  std::filesystem::path known_hosts() const { return folder_ / "known_hosts"; }
  std::string log() const { return child_->err(); }

  /// Ends it and all its connections; start() brings it back on the same port.
  void stop();
  void start();
  /// The same, with another host key; known_hosts() stays as it was.
  void change_host_key();

 private:
  void write_pam() const;
  void make_key(const std::string& name, const std::string& passphrase = {}, const std::string& type = "ed25519") const;

  TempDir folder_;
  SshServerSettings settings_;
  std::uint16_t port_ = 0;
  std::unique_ptr<Child> child_;
};

}  // namespace sidekick::test
