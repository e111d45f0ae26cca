#include "backup/dir_source.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/unit/backup/surroundings.hpp"
#include "tests/unit/support/errors.hpp"
#include "tests/unit/support/in_child.hpp"
#include "tests/unit/support/sinks.hpp"
#include "tests/unit/support/sources.hpp"
#include "tests/unit/support/tools.hpp"

using namespace sidekick;
using namespace sidekick::backup;
using namespace sidekick::test;
namespace fs = std::filesystem;

namespace {

struct Tarred {
  Buffer bytes;
  SourceSummary summary;
};

Tarred tarred(const fs::path& folder, EmptySource empty = EmptySource::refused) {
  Surroundings around;
  MemorySink out;
  auto summary = DirSource(folder, empty).write_to(out, around.context);
  CHECK(out.finished == 0);
  return {std::move(out.bytes), std::move(summary)};
}

SourceSummary proven(const Buffer& bytes, std::size_t step = SIZE_MAX) {
  return DirSource("/", EmptySource::refused)
      .prove(std::make_unique<MemorySource>(bytes, step), "x.tar", CancelToken());
}

void save(const fs::path& path, const Buffer& bytes) {
  write_file(path, std::string(bytes.begin(), bytes.end()));
}

/// Type, mode, owners, size, time to the nanosecond and link of all in a folder, and what its files hold.
std::string listing(const fs::path& folder) {
  const std::string script =
      "cd \"$1\" && find . -printf '%p %y %m %U %G %s %T@ %l\\n' | sed 's/ d \\([0-9]* [0-9]* [0-9]*\\) [0-9]* / d \\1 "
      "/' |"
      " LC_ALL=C sort; find . -type f -print0 | LC_ALL=C sort -z | xargs -0r sha256sum";
  return output_of({"sh", "-c", script, "sh", folder});
}

void set_time(const fs::path& path, time_t seconds, long nanoseconds) {
  const std::array<timespec, 2> times{{{seconds, nanoseconds}, {seconds, nanoseconds}}};
  REQUIRE(::utimensat(AT_FDCWD, path.c_str(), times.data(), AT_SYMLINK_NOFOLLOW) == 0);
}

/// Something of every kind.
void make_tree(const fs::path& at) {
  fs::create_directories(at / "b/deep/er");
  fs::create_directory(at / "empty");
  write_file(at / "b/file", "hello\n");
  write_file(at / "a", "");
  write_file(at / "exact", std::string(1024, 'e'));
  write_file(at / "big", std::string(700'001, 'x'));
  write_file(at / "with space", "1");
  write_file(at / "new\nline", "2");
  write_file(at / "\xff\xfe raw", "3");
  write_file(at / "b/deep/er/\xc3\xa4\xc3\xb6", "4");
  const fs::path long_folder = at / std::string(120, 'l') / std::string(200, 'm');
  fs::create_directories(long_folder);
  write_file(long_folder / std::string(250, 'n'), "long");
  fs::create_symlink("../a", at / "b/link");
  fs::create_symlink(std::string(300, 't'), at / "dangling");
  fs::create_hard_link(at / "big", at / "b/same");
  fs::create_hard_link(long_folder / std::string(250, 'n'), at / "zlong");
  REQUIRE(::mkfifo((at / "fifo").c_str(), 0640) == 0);
  ::chmod((at / "a").c_str(), 04751);
  ::chmod((at / "empty").c_str(), 01777);
  set_time(at / "a", 1'000'000'000, 123'456'789);
  set_time(at / "exact", 1'000'000'000, 0);
  set_time(at / "b/file", -1, 500'000'000);
  set_time(at / "with space", -86'400, 0);
  set_time(at / "b/link", 1'234'567'890, 1);
  set_time(at / "big", 9'000'000'000, 100'000'000);
  if (::geteuid() != 0) return;
  REQUIRE(::lchown((at / "a").c_str(), 1234, 5678) == 0);
  ::chmod((at / "a").c_str(), 04751);
  REQUIRE(::lchown((at / "b/link").c_str(), 3'000'000, 3'000'001) == 0);
  set_time(at / "b/link", 1'234'567'890, 1);
  static_cast<void>(::mknod((at / "null").c_str(), S_IFCHR | 0666, ::makedev(1, 3)));
}

std::uint64_t stored_bytes(const fs::path& file) {
  struct stat status{};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  return static_cast<std::uint64_t>(status.st_blocks) * 512;
}

/// A file of `size` bytes with data only at those places.
void make_sparse(const fs::path& path, std::uint64_t size, const std::vector<std::uint64_t>& data_at) {
  const Fd fd(::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
  REQUIRE(fd);
  const std::string data(4096, 'd');
  for (const auto at : data_at) REQUIRE(::pwrite(fd.get(), data.data(), data.size(), static_cast<off_t>(at)) == 4096);
  REQUIRE(::ftruncate(fd.get(), static_cast<off_t>(size)) == 0);
}

/// Does something once, when so many bytes came.
class AfterBytes final : public filters::Sink {
 public:
  AfterBytes(std::size_t count, std::function<void()> action) : left_(count), action_(std::move(action)) {}
  void write(std::span<const std::uint8_t> more) override {
    bytes.insert(bytes.end(), more.begin(), more.end());
    if (bytes.size() < left_ || !action_) return;
    std::exchange(action_, nullptr)();
  }
  void finish() override {}
  Buffer bytes;

 private:
  std::size_t left_;
  std::function<void()> action_;
};

}  // namespace

TEST_CASE("GNU tar brings back a tree as it was with everything in it") {
  need_program("tar");
  const TempDir folder;
  const auto tree = folder / "tree";
  fs::create_directory(tree);
  make_tree(tree);
  const auto made = tarred(tree);
  CHECK(made.summary.warnings.empty());
  CHECK(made.summary.consistent);
  CHECK(made.summary.unit == "files");
  save(folder / "x.tar", made.bytes);

  CHECK(output_of({"tar", "-C", tree, "-df", folder / "x.tar"}).empty());
  fs::create_directory(folder / "out");
  output_of({"tar", "-C", folder / "out", "-xpf", folder / "x.tar"});
  CHECK(listing(folder / "out") == listing(tree));
  CHECK(fs::hard_link_count(folder / "out" / "big") == 2);
  CHECK(fs::hard_link_count(folder / "out" / "zlong") == 2);

  const auto names = output_of({"tar", "-tf", folder / "x.tar"});
  CHECK(static_cast<std::uint64_t>(std::count(names.begin(), names.end(), '\n')) ==
        made.summary.items +
            static_cast<std::uint64_t>(std::stoul(output_of({"sh", "-c", "find \"$1\" -type d | wc -l", "sh", tree}))));
  for (const std::size_t step : {std::size_t{1000}, SIZE_MAX})
    CHECK(proven(made.bytes, step).items == made.summary.items);
}

TEST_CASE("two runs over the same tree give the same bytes") {
  const TempDir folder;
  make_tree(folder.path());
  CHECK(tarred(folder.path()).bytes == tarred(folder.path()).bytes);
}

TEST_CASE("sparse files stay sparse and whole") {
  need_program("tar");
  const TempDir folder;
  const auto tree = folder / "tree";
  fs::create_directory(tree);
  make_sparse(tree / "hole at end", 9'000'000, {0, 4'096'000});
  make_sparse(tree / "hole at begin", 8'004'096, {8'000'000 / 4096 * 4096});
  make_sparse(tree / "only hole", 7'000'001, {});
  std::vector<std::uint64_t> many;
  for (std::uint64_t i = 0; i < 200; i++) many.push_back(i * 65'536);
  make_sparse(tree / "many", 200 * 65'536 + 5, many);
  make_sparse(tree / (std::string(150, 's') + "parse"), 12'000'000'000, {8'589'934'592});
  if (stored_bytes(tree / "only hole") > 1'000'000) SKIP("the file system here has no sparse files");
  const auto made = tarred(tree);
  CHECK(made.bytes.size() < 4'000'000);
  CHECK(proven(made.bytes).items == 5);
  save(folder / "x.tar", made.bytes);
  fs::create_directory(folder / "out");
  output_of({"tar", "-C", folder / "out", "-xf", folder / "x.tar"});
  for (const auto& file : fs::directory_iterator(tree)) {
    const auto out = folder / "out" / file.path().filename();
    INFO(out);
    CHECK(fs::file_size(out) == file.file_size());
    CHECK(stored_bytes(out) < 2'000'000);
    if (file.file_size() < 1'000'000'000) CHECK(read_file(out) == read_file(file.path()));
  }
  Buffer tail(4096);
  const Fd fd(::open((folder / "out" / (std::string(150, 's') + "parse")).c_str(), O_RDONLY | O_CLOEXEC));
  CHECK(::pread(fd.get(), tail.data(), tail.size(), 8'589'934'592) == 4096);
  CHECK(tail == Buffer(4096, 'd'));
}

TEST_CASE("a tree deeper than the descriptor limit is stored completely") {
  need_program("tar");
  const TempDir folder;
  constexpr int depth = 90;
  auto tree = folder / "tree";
  fs::create_directory(tree);
  auto at = tree;
  for (int i = 0; i < depth; i++) {
    write_file(at / "z", std::to_string(i));
    fs::create_directory(at / "d");
    at /= "d";
  }
  const auto descriptors = [] {
    return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
  };
  const auto before = descriptors();
  std::ptrdiff_t most = 0;
  Surroundings around;
  class Watching final : public filters::Sink {
   public:
    explicit Watching(std::function<void()> look) : look_(std::move(look)) {}
    void write(std::span<const std::uint8_t> more) override {
      bytes.insert(bytes.end(), more.begin(), more.end());
      look_();
    }
    void finish() override {}
    Buffer bytes;

   private:
    std::function<void()> look_;
  } out([&] { most = std::max(most, descriptors() - before); });
  const auto summary = DirSource(tree, EmptySource::refused).write_to(out, around.context);
  CHECK(summary.items == depth);
  CHECK(summary.consistent);
  CHECK(most <= 38);
  save(folder / "x.tar", out.bytes);
  CHECK(output_of({"tar", "-C", tree, "-df", folder / "x.tar"}).empty());
}

TEST_CASE("a file that changes while it is read is reported and the archive stays readable") {
  const TempDir folder;
  write_file(folder / "a", std::string(2'000'000, 'a'));
  write_file(folder / "gone", "x");
  write_file(folder / "steady", "y");
  const auto pour_and = [&](const std::function<void()>& action) {
    Surroundings around;
    AfterBytes out(500'000, action);
    auto summary = DirSource(folder.path(), EmptySource::refused).write_to(out, around.context);
    CHECK_FALSE(summary.consistent);
    CHECK(proven(out.bytes).items == summary.items);
    return summary;
  };
  const auto shrunk = pour_and([&] { fs::resize_file(folder / "a", 600'000); });
  REQUIRE(shrunk.warnings.size() == 1);
  CHECK(shrunk.warnings[0].find("'" + (folder / "a").string() + "' changed while it was read: it became smaller") == 0);
  write_file(folder / "a", std::string(2'000'000, 'a'));
  const auto grown = pour_and([&] { fs::resize_file(folder / "a", 3'000'000); });
  REQUIRE(grown.warnings.size() == 1);
  const auto vanished = pour_and([&] { fs::remove(folder / "gone"); });
  REQUIRE(vanished.warnings.size() == 2);
  CHECK(vanished.warnings[0].find("gone' vanished") != std::string::npos);
  CHECK(vanished.warnings[1].find("files were added or removed") != std::string::npos);
  CHECK(vanished.items == 2);
}

TEST_CASE("a file with the inode number of a removed file is not stored as a link to it") {
  const TempDir folder;
  fs::create_directory(folder / "first");
  fs::create_directory(folder / "second");
  write_file(folder / "first/mail", "of one");
  fs::create_hard_link(folder / "first/mail", folder / "first/same");
  write_file(folder / "middle", std::string(1'000'000, 'm'));
  struct stat old{};
  REQUIRE(::stat((folder / "first/mail").c_str(), &old) == 0);
  bool is_reused = false;
  Surroundings around;
  AfterBytes out(500'000, [&] {
    fs::remove_all(folder / "first");
    for (int i = 0; i < 200 && !is_reused; i++) {
      const auto file = folder / "second" / ("mail" + std::to_string(i));
      write_file(file, "of another");
      struct stat made{};
      REQUIRE(::stat(file.c_str(), &made) == 0);
      is_reused = made.st_ino == old.st_ino;
      if (is_reused) fs::create_hard_link(file, folder / "second/new");
    }
  });
  DirSource(folder.path(), EmptySource::refused).write_to(out, around.context);
  if (!is_reused) SKIP("this filesystem gives no number of a file again");
  const TempDir unpacked;
  save(unpacked / "x.tar", out.bytes);
  output_of({"tar", "-xf", unpacked / "x.tar", "-C", unpacked.path()});
  CHECK(read_file(unpacked / "second/new") == "of another");
  CHECK(read_file(unpacked / "first/same") == "of one");
}

TEST_CASE("a link to a file that changed since it was stored gets the new content") {
  const TempDir folder;
  write_file(folder / "a", "old");
  write_file(folder / "middle", std::string(1'000'000, 'm'));
  for (const char* name : {"y", "z"}) fs::create_hard_link(folder / "a", folder / name);
  Surroundings around;
  AfterBytes out(500'000, [&] { write_file(folder / "a", "new and longer"); });
  const auto summary = DirSource(folder.path(), EmptySource::refused).write_to(out, around.context);
  CHECK_FALSE(summary.consistent);
  REQUIRE(summary.warnings.size() == 1);
  CHECK(summary.warnings[0].find("y' changed after it was stored as '") != std::string::npos);
  const TempDir unpacked;
  save(unpacked / "x.tar", out.bytes);
  output_of({"tar", "-xf", unpacked / "x.tar", "-C", unpacked.path()});
  CHECK(read_file(unpacked / "a") == "old");
  CHECK(read_file(unpacked / "y") == "new and longer");
  CHECK(fs::equivalent(unpacked / "y", unpacked / "z"));
  CHECK(proven(out.bytes).items == summary.items);
}

TEST_CASE("twenty changes are named and the others are counted") {
  const TempDir folder;
  write_file(folder / "0", std::string(1'000'000, 'a'));
  for (int i = 100; i < 150; i++) write_file(folder / std::to_string(i), "x");
  Surroundings around;
  AfterBytes out(10'000, [&] {
    for (int i = 100; i < 150; i++) fs::remove(folder / std::to_string(i));
  });
  const auto summary = DirSource(folder.path(), EmptySource::refused).write_to(out, around.context);
  CHECK(summary.warnings.size() == 21);
  CHECK(summary.warnings.back() == "and 31 more like these");
}

TEST_CASE("sockets are skipped with a warning and the backup is consistent") {
  const TempDir folder;
  write_file(folder / "a", "x");
  const Fd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto path = (folder / "s").string();
  std::copy(path.begin(), path.end(), address.sun_path);
  REQUIRE(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  const auto made = tarred(folder.path());
  CHECK(made.summary.items == 1);
  CHECK(made.summary.consistent);
  REQUIRE(made.summary.warnings.size() == 1);
  CHECK(made.summary.warnings[0].find("socket") != std::string::npos);
}

TEST_CASE("a missing or empty folder, or a file in its place, is no_input") {
  const TempDir folder;
  write_file(folder / "file", "x");
  fs::create_directory(folder / "empty");
  for (const auto* name : {"missing", "file", "empty"}) {
    const auto error = error_of([&] { tarred(folder / name); });
    INFO(name);
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::no_input);
    CHECK(mentions(*error, (folder / name).string()));
  }
  const auto made = tarred(folder / "empty", EmptySource::allowed);
  CHECK(made.summary.items == 0);
  CHECK(proven(made.bytes).items == 0);
}

TEST_CASE("an unreadable file fails the backup and is named") {
  if (::geteuid() != 0) SKIP("only root can become somebody else");
  const TempDir folder;
  fs::permissions(folder.path(), fs::perms::all);
  write_file(folder / "secret", "x");
  ::chmod((folder / "secret").c_str(), 0600);
  const int status = in_child([&] {
    if (::setresuid(65'534, 65'534, 65'534) != 0) return 1;
    Surroundings around;
    MemorySink out;
    const auto error = error_of([&] { DirSource(folder.path(), EmptySource::refused).write_to(out, around.context); });
    if (!error || error->kind() != ErrorKind::denied) return 2;
    return mentions(*error, "secret") && !error->hint().empty() ? 0 : 3;
  });
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a cancellation in the middle of a tree takes effect") {
  const TempDir folder;
  write_file(folder / "a", std::string(5'000'000, 'a'));
  Surroundings around;
  AfterBytes out(100'000, [&] { around.stop.cancel(); });
  const auto error = error_of([&] { DirSource(folder.path(), EmptySource::refused).write_to(out, around.context); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::cancelled);
  CHECK(out.bytes.size() < 1'000'000);
}

TEST_CASE("verification of a tar detects truncation anywhere and every change of a header") {
  const TempDir folder;
  write_file(folder / "a", "hello");
  write_file(folder / std::string(130, 'n'), "x");
  fs::create_symlink("a", folder / "l");
  make_sparse(folder / "s", 1'000'000, {409'600});
  const auto bytes = tarred(folder.path()).bytes;
  CHECK(proven(bytes).items == 4);
  for (std::size_t size = 0; size < bytes.size(); size += 101) {
    INFO("size " << size);
    CHECK(error_of([&] { proven({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)}); }));
  }
  // All of the first member: the folder itself.
  for (std::size_t at = 0; at < 512; at++) {
    auto flipped = bytes;
    flipped[at] ^= 0x04;
    const auto error = error_of([&] { proven(flipped); });
    INFO("byte " << at);
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
    CHECK(mentions(*error, "'x.tar' is damaged: byte "));
  }
  auto longer = bytes;
  longer.push_back(0);
  CHECK(error_of([&] { proven(longer); }));
}
