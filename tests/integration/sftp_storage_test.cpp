// What only a storage over SFTP can meet: keys, passwords, connections that break.
#include <catch2/catch_test_macros.hpp>
#include <sys/mount.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>

#include "tests/integration/sftp_place.hpp"
#include "tests/support/eventually.hpp"
#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::test;
using Passwords = SshServerSettings::Passwords;

namespace sidekick::test {

std::unique_ptr<StoragePlace> sftp_place() {
  return std::make_unique<SftpPlace>();
}

}  // namespace sidekick::test

namespace {

std::optional<Error> check_with(const SftpPlace& place, const storage::Access& access) {
  return error_of([&] { place.open_with(access)->check(CancelToken()); });
}

void require_error(const std::optional<Error>& error, ErrorKind kind, const std::string& text) {
  REQUIRE(error);
  INFO(error->message() << " / " << error->hint());
  CHECK(error->kind() == kind);
  CHECK(mentions(*error, text));
}

}  // namespace

TEST_CASE("sftp: a host whose key is unknown or has changed is told nothing") {
  SftpPlace place;
  auto access = place.access();
  access.ssh_known_hosts_file = "/dev/null";
  require_error(check_with(place, access), ErrorKind::denied, "is not in the known_hosts file");
  access.ssh_known_hosts_file = (place.folder / "none").string();
  require_error(check_with(place, access), ErrorKind::no_input, "known_hosts");
  place.server.change_host_key();
  const auto storage = place.open();
  require_error(error_of([&] { storage->list("", CancelToken()); }), ErrorKind::denied, "has changed");
  CHECK(place.server.log().find("ccepted") == std::string::npos);
  access.ssh_check_host = false;
  CHECK_FALSE(check_with(place, access));
}

TEST_CASE("sftp: a key that is not accepted is denied and one with a passphrase is unlocked") {
  const SftpPlace place;
  auto access = place.access();
  access.ssh_key_files = {place.server.other_key().string()};
  require_error(check_with(place, access), ErrorKind::denied, "accepts none of the keys");
  access.ssh_key_files = {place.server.locked_client_key().string()};
  require_error(check_with(place, access), ErrorKind::config, "has a passphrase");
  access.ssh_key_passphrase = Secret("wrong");
  require_error(check_with(place, access), ErrorKind::config, "passphrase");
  access.ssh_key_passphrase = Secret(SshServer::password());
  CHECK_FALSE(check_with(place, access));
}

TEST_CASE("sftp: a password lets in where the server takes it or asks for it") {
  for (const auto how : {Passwords::plain, Passwords::questions}) {
    const SftpPlace place({.passwords = how});
    auto access = place.access();
    access.ssh_key_files.clear();
    access.ssh_password = Secret(SshServer::password());
    const auto error = check_with(place, access);
    INFO((error ? error->message() : "") << place.server.log());
    CHECK_FALSE(error);
    access.ssh_password = Secret("guess");
    const auto refused = check_with(place, access);
    require_error(refused, ErrorKind::denied, "does not accept the password");
    CHECK_FALSE(mentions(*refused, "guess"));
  }
  const SftpPlace place;
  auto access = place.access();
  access.ssh_key_files = {place.server.other_key().string()};
  access.ssh_password = Secret(SshServer::password());
  require_error(check_with(place, access), ErrorKind::denied, "and not the password");
}

TEST_CASE("sftp: a folder below the user's own is named with a tilde") {
  const SftpPlace place;
  const char* home = std::getenv("HOME");
  REQUIRE(home != nullptr);
  const auto path = "/~/" + std::filesystem::relative(place.folder.path(), home).string();
  const auto storage = place.open_at(path);
  store(*storage, "a", "bytes");
  CHECK(read_file(place.folder / "a") == "bytes");
  CHECK(storage->where() == "sftp://127.0.0.1:" + std::to_string(place.server.port()) + path);
}

TEST_CASE("sftp: a server that is gone in mid-upload leaves nothing but a part that is discarded later") {
  SftpPlace place;
  const auto storage = place.open();
  const auto content = noise(8'000'000);
  {
    const auto sink = storage->create("lost", CancelToken());
    sink->write(bytes_of(content));
    place.server.stop();
    const auto error = error_of([&] {
      for (int i = 0; i < 20; i++) sink->write(bytes_of(content));
      sink->finish();
    });
    require_error(error, ErrorKind::unavailable, storage->where());
  }
  require_error(error_of([&] { storage->list("", CancelToken()); }), ErrorKind::unavailable, "127.0.0.1");
  place.server.start();
  CHECK(names_in(*storage).empty());
  const auto left = storage->leftovers("lost", CancelToken());
  REQUIRE(left.size() == 1);
  storage->discard(left[0], CancelToken());
  CHECK(storage->leftovers("", CancelToken()).empty());
  store(*storage, "lost", "found");
  CHECK(content_of(*storage, "lost") == "found");
}

TEST_CASE("sftp: what a check left that was killed is removed by one a day later") {
  const SftpPlace place;
  const auto yesterday = std::filesystem::file_time_type::clock::now() - std::chrono::hours(25);
  for (const std::string name : {".part-check-0123abcd", ".part-check-89abcdef"}) write_file(place.folder / name, "");
  std::filesystem::last_write_time(place.folder / ".part-check-0123abcd", yesterday);
  place.open()->check(CancelToken());
  CHECK_FALSE(std::filesystem::exists(place.folder / ".part-check-0123abcd"));
  CHECK(std::filesystem::exists(place.folder / ".part-check-89abcdef"));
}

TEST_CASE("sftp: a connection that waited and was ended meanwhile is replaced without a word") {
  SftpPlace place;
  const auto storage = place.open();
  store(*storage, "a", "1");
  const auto restart = [&] {
    place.server.stop();
    place.server.start();
  };
  restart();
  CHECK(storage->get("a", CancelToken()) == "1");
  restart();
  CHECK(names_in(*storage).size() == 1);
  restart();
  CHECK(storage->put_if_absent("b", "2", CancelToken()));
  restart();
  store(*storage, "c", "3");
  restart();
  storage->remove("a", CancelToken());
  CHECK(names_in(*storage) == std::vector<std::string>{"b", "c"});
}

TEST_CASE("sftp: a read goes on where the connection broke") {
  SftpPlace place;
  const auto storage = place.open();
  const auto content = noise(16'000'000);
  write_file(place.folder / "large", content);
  const auto source = storage->open("large", CancelToken());
  std::string read;
  std::vector<std::uint8_t> piece(100'000);
  bool restarted = false;
  while (const auto n = source->read(piece)) {
    read.append(reinterpret_cast<const char*>(piece.data()), n);
    if (restarted || read.size() < 2'000'000) continue;
    place.server.stop();
    place.server.start();
    restarted = true;
  }
  CHECK(restarted);
  CHECK((read == content));
}

TEST_CASE("sftp: an object that changed or ends early while it is read is an error of data") {
  SftpPlace place;
  const auto storage = place.open();
  const auto content = noise(24'000'000);
  for (const bool broken : {true, false}) {
    INFO(broken);
    write_file(place.folder / "large", content);
    const auto source = storage->open("large", CancelToken());
    std::vector<std::uint8_t> piece(100'000);
    CHECK(source->read(piece) > 0);
    if (broken) {
      place.server.stop();
      std::filesystem::resize_file(place.folder / "large", 23'000'000);
      place.server.start();
    } else {
      std::filesystem::resize_file(place.folder / "large", 20'000'000);
    }
    const auto error = error_of([&] {
      while (source->read(piece) > 0) continue;
    });
    require_error(error, ErrorKind::data,
                  broken ? "changed while it was read" : "it ends after 20000000 of 24000000 bytes");
  }
}

TEST_CASE("sftp: a server that lets nobody write is denied") {
  const SftpPlace place({.sftp_options = "-R"});
  write_file(place.folder / "a", "1");
  const auto storage = place.open();
  CHECK(storage->get("a", CancelToken()) == "1");
  for (const auto& error :
       {error_of([&] { storage->check(CancelToken()); }), error_of([&] { storage->create("b", CancelToken()); }),
        error_of([&] { storage->remove("a", CancelToken()); })})
    require_error(error, ErrorKind::denied, "permission denied");
}

TEST_CASE("sftp: a full disk is told as such and leaves nothing") {
  const SftpPlace place;
  if (::mount("tmpfs", place.folder.path().c_str(), "tmpfs", 0, "size=4m") != 0) SKIP("no filesystem can be mounted");
  struct Unmounted {
    std::string path;
    ~Unmounted() { ::umount2(path.c_str(), MNT_DETACH); }
  };
  const Unmounted unmounted{place.folder.path().string()};
  const auto storage = place.open();
  const auto content = noise(12'000'000);
  require_error(error_of([&] { store(*storage, "large", content); }), ErrorKind::io, "no space left");
  CHECK(names_in(*storage).empty());
  CHECK(storage->leftovers("", CancelToken()).empty());
  store(*storage, "small", "fits");
}

TEST_CASE("sftp: an upload is cancelled in the middle and leaves nothing") {
  SftpPlace place;
  const auto storage = place.open();
  CancelSource source;
  const auto content = noise(8'000'000);
  {
    const auto sink = storage->create("stopped", source.token());
    std::thread canceller([&] {
      eventually(20s, [&] {
        for (const auto& file : std::filesystem::directory_iterator(place.folder.path()))
          if (file.file_size() > 1'000'000) return true;
        return false;
      });
      source.cancel();
    });
    const auto error = error_of([&] {
      for (;;) sink->write(bytes_of(content));
    });
    canceller.join();
    require_error(error, ErrorKind::cancelled, "");
  }
  CHECK(names_in(*storage).empty());
  CHECK(storage->leftovers("", CancelToken()).empty());
}

TEST_CASE("sftp: a URL or access that cannot work is told before anything is connected") {
  const auto refused = [](const std::string& url, auto&& change) {
    storage::Access access;
    access.ssh_known_hosts_file = "/dev/null";
    access.ssh_key_files = {"/dev/null"};
    change(access);
    return error_of([&] { storage::open_storage(url, access); });
  };
  const auto as_is = [](storage::Access&) {};
  require_error(refused("sftp://h/x", as_is), ErrorKind::config, "no user");
  require_error(refused("sftp://u@h", as_is), ErrorKind::config, "no folder");
  require_error(refused("sftp://u@h/", as_is), ErrorKind::config, "no folder");
  const auto told = refused("sftp://u:hush@h/x", as_is);
  require_error(told, ErrorKind::config, "holds a password");
  CHECK_FALSE(mentions(*told, "hush"));
  require_error(refused("sftp://u@h/x", [](auto& access) { access.ssh_known_hosts_file.clear(); }), ErrorKind::config,
                "known_hosts");
  require_error(refused("sftp://u@h/x", [](auto& access) { access.ssh_key_files.clear(); }), ErrorKind::config,
                "neither a key file nor a password");
}

TEST_CASE("sftp: only its owner may read an object") {
  const SftpPlace place;
  const auto storage = place.open();
  const CancelToken cancel;
  storage->create("object", cancel)->finish();
  REQUIRE(storage->put_if_absent("small", "x", cancel));
  for (const auto* name : {"object", "small"}) {
    const auto permissions = std::filesystem::status(place.folder / name).permissions();
    CHECK(permissions == (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  }
}
