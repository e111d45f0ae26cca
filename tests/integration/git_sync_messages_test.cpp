// git-sync says what is wrong, in the line that people read: the cause that a person can mend stands there.
#include <catch2/catch_test_macros.hpp>

#include "tests/support/apache.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/git_sync_site.hpp"
#include "tests/support/process.hpp"
#include "tests/support/ssh_server.hpp"
#include "tests/support/tcp_server.hpp"
#include "tests/support/temp_dir.hpp"

using namespace sidekick::test;
namespace fs = std::filesystem;

namespace {

/// What a single failing sync of `url` says.
std::string complaint(const std::string& url, std::vector<std::string> more = {}) {
  const TempDir home;
  more.insert(more.end(), {"--repo=" + url, "--root=" + (home / "root").string(), "--link=current", "--one-time",
                           "--log-format=text"});
  const auto done = git_sync(std::move(more));
  INFO(done.describe());
  CHECK(done.exit_code == 1);
  CHECK(done.err.find("open sesame") == std::string::npos);
  return done.err;
}

bool says(const std::string& text, const std::string& part) {
  UNSCOPED_INFO(text);
  return text.find(part) != std::string::npos;
}

/// A server that answers every request like this.
class Answering {
 public:
  Answering(const std::string& status, const std::string& headers, const std::string& body)
      : server_([=](TcpPeer& peer) {
          while (peer.read_request()) peer.answer(status, body, headers);
        }) {}
  std::string url(const std::string& path) const { return server_.url(path); }

 private:
  TcpServer server_;
};

const std::vector<std::string> with_login{"--username=reader", "--password=open sesame"};
constexpr auto plain = "Content-Type: text/plain\r\n";

/// A key of the given form, changed by `change`.
template <class Change>
fs::path changed_key(const TempDir& folder, const SshServer& server, Change&& change) {
  auto path = folder / "key";
  write_file(path, change(read_file(server.client_key())));
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  return path;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

}  // namespace

TEST_CASE("A 403 is told with the server's own words and not taken for a wrong password") {
  const Answering server("403 Forbidden", plain, "remote: The allow list of acme\nremote: lacks your address.\n");
  const auto anonymous = complaint(server.url("/r.git"));
  CHECK(says(anonymous,
             "the server refuses access (HTTP status 403): it says 'The allow list of acme lacks your address'"));
  const auto known = complaint(server.url("/r.git"), with_login);
  CHECK(says(known, "the server refuses access (HTTP status 403): it says 'The allow list"));
  CHECK(says(known, "the login of user 'reader' may not read this repository"));
}

TEST_CASE("A 401 is told with the server's own words") {
  const Answering server("401 Unauthorized", std::string(plain) + "WWW-Authenticate: Basic realm=\"git\"\r\n",
                         "remote: HTTP Basic: Access denied. Use a token with scope read_repository\n");
  const auto said = complaint(server.url("/r.git"), with_login);
  CHECK(says(said,
             "the server rejects the credentials (HTTP status 401): it says 'HTTP Basic: Access denied. Use a "
             "token with scope read_repository'"));
}

TEST_CASE("The title of a page and the text of a 404 and of a 500 are the server's own words too") {
  const Answering page("403 Forbidden", "Content-Type: text/html\r\n",
                       "<html><head><title>Blocked by the firewall</title></head></html>");
  CHECK(says(complaint(page.url("/r.git")), "it says 'Blocked by the firewall'"));
  const Answering absent("404 Not Found", plain, "The project was moved\n");
  CHECK(says(complaint(absent.url("/r.git")), "no such repository: it says 'The project was moved'"));
  const Answering broken("500 Internal Server Error", plain, "the database is down\n");
  CHECK(says(complaint(broken.url("/r.git")), "(HTTP status 500): it says 'the database is down'"));
}

TEST_CASE("Words of a server that repeat the password are withheld") {
  const Answering server("401 Unauthorized", plain, "bad password: open sesame\n");
  CHECK(says(complaint(server.url("/r.git"), with_login), "rejects the credentials (HTTP status 401)"));
}

TEST_CASE("A limit of the rate of requests is not taken for a wrong password") {
  const Answering many("429 Too Many Requests", std::string(plain) + "Retry-After: 60\r\n", "slow down\n");
  const auto said = complaint(many.url("/r.git"), with_login);
  CHECK(says(said, "the server limits the rate of requests (HTTP status 429): it says 'slow down'"));
  CHECK(says(said, "it wants 60 s of rest"));
  const Answering forge("403 Forbidden", std::string(plain) + "X-RateLimit-Remaining: 0\r\n", "API limit exceeded\n");
  CHECK(says(complaint(forge.url("/r.git"), with_login), "the server limits the rate of requests (HTTP status 403)"));
  CHECK(says(complaint(forge.url("/r.git"), with_login), "kind=unavailable"));
}

TEST_CASE("A redirect to a login page is named with its target") {
  const Answering page("200 OK", "Content-Type: text/html\r\n", "<html>sign in</html>");
  const Answering server("302 Found", "Location: " + page.url("/users/sign_in?state=secret") + "\r\n", "");
  const auto said = complaint(server.url("/r.git"));
  CHECK(says(said, "the server redirects to '" + page.url("/users/sign_in") + "', which is not a git repository"));
  CHECK(says(said, "it may be a login page"));
  CHECK_FALSE(says(said, "state=secret"));
}

TEST_CASE("A redirect to a host where the login is not sent is named with its target") {
  const Answering other("401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\r\n", "");
  const auto target = other.url("/r.git/info/refs?service=git-upload-pack");
  const Answering server("302 Found", "Location: " + target + "\r\n", "");
  const auto said = complaint(server.url("/r.git"), with_login);
  CHECK(says(said, "the server redirects to '" + target + "', which requires credentials"));
  CHECK(says(said, "the login is not sent to another host"));
}

TEST_CASE("A login by Digest or Negotiate is named") {
  const Answering digest("401 Unauthorized", "WWW-Authenticate: Digest realm=\"git\", nonce=\"1\"\r\n", "");
  CHECK(says(complaint(digest.url("/r.git"), with_login), "the server accepts only a login by Digest"));
  const Answering tickets("401 Unauthorized", "WWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\n", "");
  CHECK(says(complaint(tickets.url("/r.git"), with_login), "the server accepts only a login by Negotiate or NTLM"));
  const Answering both("401 Unauthorized", "WWW-Authenticate: Negotiate\r\nWWW-Authenticate: Basic realm=\"x\"\r\n",
                       "");
  CHECK(says(complaint(both.url("/r.git"), with_login), "the server rejects the credentials"));
}

TEST_CASE("What the server says to people before it fails is told") {
  const TcpServer server([](TcpPeer& peer) {
    while (const auto request = peer.read_request()) {
      if (request->starts_with("GET"))
        peer.answer("200 OK",
                    "001e# service=git-upload-pack\n0000000eversion 2\n0013ls-refs=unborn\n0012fetch=shallow\n0000",
                    "Content-Type: application/x-git-upload-pack-advertisement\r\n");
      else if (request->find("ls-refs") != std::string::npos)
        peer.answer("200 OK", "0032" + std::string(40, 'a') + " HEAD\n0000",
                    "Content-Type: application/x-git-upload-pack-result\r\n");
      else
        peer.answer("200 OK", "000dpackfile\n0023\2The repository is being moved\n000c\3go away0000",
                    "Content-Type: application/x-git-upload-pack-result\r\n");
    }
  });
  CHECK(says(complaint(server.url("/r.git")),
             "the server says 'go away', and before that 'The repository is being moved'"));
}

TEST_CASE("A URL whose password must be encoded is told so") {
  for (const std::string url : {"https://reader:open/sesame@host/r.git", "https://reader:open?sesame@host/r.git"}) {
    const auto said = complaint(url);
    CHECK(says(said, "its user or password has a character with another meaning"));
    CHECK(says(said, "%2F for '/'"));
    CHECK_FALSE(says(said, "sesame"));
  }
}

TEST_CASE("A bare IPv6 address and several hosts in a URL are told") {
  CHECK(says(complaint("https://::1/r.git"), "IPv6 address is not in brackets"));
  CHECK(says(complaint("https://fe80::1:8080/r.git"), "write [fe80::1:8080]"));
  CHECK(says(complaint("https://a:80,b:80/r.git"), "it names several hosts"));
  CHECK(says(complaint("https://a,b/r.git"), "it names several hosts"));
}

TEST_CASE("A forgotten scheme is told") {
  const std::vector<std::string> any_host{"--ssh-known-hosts=false"};
  const auto as_ssh = "taken for an ssh address (HOST:PATH): is https:// missing?";
  CHECK(says(complaint("127.0.0.1:1/acme/site.git", any_host), as_ssh));
  CHECK(says(complaint("127.0.0.1:1/acme/site.git"), as_ssh));
  CHECK(says(complaint("forge.invalid/acme/site.git"), "taken for a path on this machine: is https:// missing?"));
  CHECK(says(complaint("https:/forge.invalid/acme/site.git", any_host), "it has no '//' after 'https:'"));
  CHECK_FALSE(says(complaint("git@127.0.0.1:acme/site.git", any_host), "is https:// missing?"));
}

TEST_CASE("A key that lost its line breaks is not said to have a passphrase") {
  const SshServer server;
  const TempDir folder;
  const Site site;
  const auto told = [&](auto&& change) {
    const auto key = changed_key(folder, server, change);
    return complaint(server.url(site.repository.path()),
                     {"--ssh-key-file=" + key.string(), "--ssh-known-hosts-file=" + server.known_hosts().string()});
  };
  const auto on_one_line = told([](auto text) { return replaced(text, "\n", " "); });
  CHECK(says(on_one_line, "cannot be used: its line breaks are missing"));
  CHECK_FALSE(says(on_one_line, "passphrase"));
  CHECK(says(told([](auto text) { return replaced(text, "\n", "\\n"); }), "its line breaks are written as \\\\n"));
  CHECK(says(told([](auto text) { return "  " + replaced(text, "\n", "\n  "); }), "its lines are indented"));
  CHECK(says(told([](auto text) { return text.substr(0, 120); }), "its last line is missing"));
  CHECK(says(told([&](auto) { return read_file(server.client_key().string() + ".pub"); }), "it is a public key"));
  CHECK(says(told([](auto) { return std::string("PuTTY-User-Key-File-3: ssh-ed25519\n"); }), "it is a key of PuTTY"));
}

TEST_CASE("Keys of each kind and form are let in, but for RSA where this build says that it cannot") {
  const SshServer server;
  const Site site;
  const auto commit = site.repository.commit_file("a", "1");
  const TempDir folder;
  for (const std::string type : {"ed25519", "ecdsa", "rsa"})
    for (const std::string form : {"RFC4716", "PEM", "PKCS8"}) {
      const auto key = folder / (type + form);
      REQUIRE(run({{"ssh-keygen", "-q", "-t", type, "-m", form, "-N", "", "-f", key.string()}}, 60s).exit_code == 0);
      server.admit(key);
      fs::remove_all(site.root);
      const auto done = git_sync({"--repo=" + server.url(site.repository.path()), "--root=" + site.root.string(),
                                  "--link=current", "--one-time", "--ssh-key-file=" + key.string(),
                                  "--ssh-known-hosts-file=" + server.known_hosts().string()});
      INFO(type << " " << form << " " << done.describe());
      const bool is_in = done.exit_code == 0 && linked_commit(site.link) == commit;
      CHECK((is_in || (type == "rsa" && done.err.find("signs RSA keys only with SHA-1") != std::string::npos)));
    }
}

TEST_CASE("Host keys of each kind are checked, but for RSA where this build says that it cannot") {
  const Site site;
  const auto commit = site.repository.commit_file("a", "1");
  for (const std::string type : {"ed25519", "ecdsa", "rsa"}) {
    const SshServer server({.host_key_type = type});
    fs::remove_all(site.root);
    const auto done = git_sync({"--repo=" + server.url(site.repository.path()), "--root=" + site.root.string(),
                                "--link=current", "--one-time", "--ssh-key-file=" + server.client_key().string(),
                                "--ssh-known-hosts-file=" + server.known_hosts().string()});
    INFO(type << " " << done.describe());
    const bool is_in = done.exit_code == 0 && linked_commit(site.link) == commit;
    CHECK((is_in || (type == "rsa" && done.err.find("knows RSA host keys only with SHA-1") != std::string::npos)));
  }
}

TEST_CASE("A certificate that is not trusted is told with the flags that mend it") {
  const Certificates certificates;
  const Apache server({.certificates = &certificates});
  const auto said = complaint(server.url("/git/r.git"));
  CHECK(says(said, "the server's certificate is not trusted"));
  CHECK(says(said, "--ca-file"));
  CHECK(says(said, "--insecure"));
}

TEST_CASE("A server without TLS behind an https URL is told") {
  const Apache server;
  CHECK(says(complaint("https" + server.url("/git/r.git").substr(4)), "the port does not speak TLS"));
}

TEST_CASE("An exechook with arguments, of another processor or with line ends of Windows is told") {
  const Site site;
  site.repository.commit_file("a", "1");
  const auto told = [&](const std::string& hook) {
    const auto done = site.once({"--exechook-command=" + hook});
    CHECK(done.exit_code == 1);
    return done.err;
  };
  CHECK(
      says(told("/bin/echo hello"), "cannot run the exechook '/bin/echo hello': it is one program, without arguments"));
  const auto program = site.home / "program";
  std::string foreign(
      "\x7f"
      "ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\xf3\0",
      20);
  foreign.resize(200);
  write_file(program, foreign);
  fs::permissions(program, fs::perms::all);
  CHECK(says(told(program.string()), "it is a program for riscv, and this machine is "));
  write_file(program, "#!/bin/sh\r\necho hello\r\n");
  CHECK(says(told(program.string()), "its first line ends with CR LF"));
  write_file(program, "#!/no/such/shell\necho hello\n");
  CHECK(says(told(program.string()), "its interpreter '/no/such/shell' does not exist"));
}

TEST_CASE("A sync that ran out of time says what it was waiting for") {
  const TcpServer silent([](TcpPeer& peer) { peer.wait_for_end(); });
  CHECK(says(complaint(silent.url("/r.git"), {"--sync-timeout=300ms"}),
             "did not finish in time, still waiting for the list of refs of the remote"));
  const Site site;
  site.repository.commit_file("a", "1");
  const auto gated = site.once({"--gate=sleep 60", "--sync-timeout=500ms"});
  CHECK(says(gated.err, "did not finish in time, still waiting for the gate 'sleep'"));
}

TEST_CASE("What a webhook says about its failure is told") {
  const Answering server("503 Service Unavailable", plain, "no room for a reload\n");
  const Site site;
  site.repository.commit_file("a", "1");
  const auto done = site.once({"--webhook-url=" + server.url("/hook")});
  CHECK(done.exit_code == 1);
  CHECK(says(done.err, "answered 503 instead of 200: it says 'no room for a reload'"));
}
