#include "mongo/input_kind.hpp"

#include <algorithm>
#include <array>

#include "filters/age.hpp"
#include "filters/decompress.hpp"
#include "mongo/dump_reader.hpp"
#include "sidekick/lower_case.hpp"

namespace sidekick::mongo {

namespace {

struct Kind {
  std::string_view is;
  std::string_view way_out;
};

struct Signature {
  std::string_view bytes;
  Kind kind;
};

using namespace std::string_view_literals;

constexpr std::string_view unpack = "unpack it first; gzip and zstd are read directly";
constexpr std::string_view decrypt = "decrypt it first; --identity-file=FILE opens files of age";

constexpr std::array<Signature, 13> signatures{{
    {"PK\x03\x04"sv, {"a zip file", "unpack it with unzip, and restore its content"}},
    {"PK\x05\x06"sv, {"an empty zip file", "look for another copy of the dump"}},
    {"BZh"sv, {"a bzip2 file", unpack}},
    {"\xfd\x37zXZ\0"sv, {"an xz file", unpack}},
    {"\x04\x22\x4d\x18"sv, {"an lz4 file", unpack}},
    {"7z\xbc\xaf\x27\x1c"sv, {"a 7-Zip file", unpack}},
    {"LZIP"sv, {"an lzip file", unpack}},
    {"Rar!\x1a\x07"sv, {"a rar file", unpack}},
    {"\x1f\x9d"sv, {"a file of compress", unpack}},
    {"-----BEGIN AGE ENCRYPTED FILE-----"sv, {"an age file in text form", "decrypt it first with age -d"}},
    {"-----BEGIN PGP MESSAGE-----"sv, {"a file encrypted with PGP", decrypt}},
    {"Salted__"sv, {"a file encrypted with openssl", decrypt}},
    {"\xff\xfe"sv,
     {"UTF-16 text, as '>' of PowerShell writes", "make mongodump write the file itself: mongodump --archive=FILE"}},
}};

std::string_view text_of_bytes(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::optional<Kind> text_kind(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return std::nullopt;
  const auto start = lower_case(text.substr(begin, 64));
  for (const std::string_view tag : {"<!doctype", "<html", "<head", "<?xml", "<error"})
    if (start.starts_with(tag))
      return Kind{"a web page or an XML answer of a server", "its download failed: read it for the reason"};
  if (start.starts_with('{') || start.starts_with('['))
    return Kind{"JSON", "use mongoimport for files of mongoexport; mongodump writes dumps"};
  return std::nullopt;
}

std::optional<Kind> known_kind(Bytes first) {
  if (is_tar(first)) return Kind{"a tar", "unpack it with tar -x, and restore the folder or the archive in it"};
  for (const auto& [bytes, kind] : signatures)
    if (text_of_bytes(first).starts_with(bytes)) return kind;
  if (filters::is_age(first)) return Kind{"a file of age", "open it with --identity-file=FILE"};
  if (filters::recognise(first) != filters::Compression::none)
    return Kind{"compressed twice", "decompress it once, and restore the result"};
  return text_kind(text_of_bytes(first));
}

Error other_kind(const std::string& name, const std::string& wanted, const Kind& kind) {
  return {ErrorKind::data, "'" + name + "' is " + wanted + ": it is " + std::string(kind.is),
          std::string(kind.way_out)};
}

}  // namespace

bool is_archive(Bytes first) noexcept {
  constexpr std::array<std::uint8_t, 4> magic{0x6d, 0xe2, 0x99, 0x81};
  return first.size() >= magic.size() && std::ranges::equal(first.first(magic.size()), magic);
}

bool is_tar(Bytes first) noexcept {
  constexpr std::size_t magic_at = 257;
  return first.size() == input_kind_bytes && text_of_bytes(first).substr(magic_at).starts_with("ustar");
}

bool may_be_bson(Bytes first) noexcept {
  if (first.size() < 5) return false;
  const auto length = frame_length(first.data());
  const auto type = first[4];
  if (length < 5 || length > max_document_bytes) return false;
  return length == 5 ? type == 0 : (type >= 0x01 && type <= 0x13) || type == 0x7f || type == 0xff;
}

Error not_an_archive(const std::string& name, Bytes first) {
  if (const auto kind = known_kind(first)) return other_kind(name, "not a mongodump archive", *kind);
  if (may_be_bson(first))
    return other_kind(name, "not a mongodump archive",
                      {"plain documents, as in a .bson file",
                       "restore it without --archive: --db=DB --collection=NAME FILE, where FILE ends in .bson"});
  return {ErrorKind::data, "'" + name + "' is not a mongodump archive",
          "an archive is written by 'mongodump --archive'; a folder goes to --dir"};
}

Error not_a_backup(const std::string& name, Bytes first) {
  if (const auto kind = known_kind(first)) return other_kind(name, "not a backup", *kind);
  return {ErrorKind::data, "'" + name + "' is not a backup: it begins neither as an archive nor as a tar or BSON",
          "an archive is written by 'sidekick dump --archive=FILE'"};
}

std::optional<Error> not_bson(const std::string& name, Bytes first) {
  if (is_archive(first))
    return Error(ErrorKind::no_input, "'" + name + "' is an archive and neither a dump folder nor a .bson file",
                 "name an archive with --archive=FILE");
  // The first bytes of a document can be those of other formats: its length is 0x685a42 where it begins with "BZh".
  if (may_be_bson(first)) return std::nullopt;
  const auto kind = known_kind(first);
  if (!kind) return std::nullopt;
  auto error = other_kind(name, "neither a dump folder nor a .bson file", *kind);
  return Error(ErrorKind::no_input, error.message(), error.hint());
}

}  // namespace sidekick::mongo
