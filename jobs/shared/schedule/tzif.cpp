#include "schedule/tzif.hpp"

#include <cstdint>

#include "sidekick/error.hpp"

namespace sidekick::schedule {

namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

Error bad_file(std::string_view name, const char* cause) {
  return {ErrorKind::config, "cannot read the time zone file '" + std::string(name) + "': " + cause,
          "reinstall the time zone database (tzdata), or set TZ to a rule such as CET-1CEST,M3.5.0,M10.5.0/3"};
}

class Reader {
 public:
  Reader(std::string_view bytes, std::string_view name) : rest_(bytes), name_(name) {}

  std::string_view take(std::size_t n) {
    if (rest_.size() < n) throw bad_file(name_, "it is truncated");
    const auto taken = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return taken;
  }

  /// Big endian, in two's complement.
  std::int64_t number(std::size_t width) {
    const auto bytes = take(width);
    std::uint64_t value = (static_cast<unsigned char>(bytes.front()) & 0x80U) != 0 ? ~std::uint64_t{0} : 0;
    for (const char c : bytes) value = value << 8U | static_cast<unsigned char>(c);
    return static_cast<std::int64_t>(value);
  }

  std::size_t count() { return static_cast<std::uint32_t>(number(4)); }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
  std::string_view name_;
};

struct Header {
  char version = '\0';
  std::size_t utc_marks, standard_marks, leaps, times, types, chars;

  std::size_t body_bytes(std::size_t width) const {
    return times * width + times + types * 6 + chars + leaps * (width + 4) + standard_marks + utc_marks;
  }
};

Header read_header(Reader& reader, std::string_view name) {
  if (reader.take(4) != "TZif") throw bad_file(name, "it is none");
  Header header{};
  header.version = reader.take(16).front();
  for (auto* count :
       {&header.utc_marks, &header.standard_marks, &header.leaps, &header.times, &header.types, &header.chars})
    *count = reader.count();
  if (header.types == 0) throw bad_file(name, "it holds no offset");
  return header;
}

ZoneFile read_body(Reader& reader, const Header& header, std::size_t width, std::string_view name) {
  if (header.leaps > 0) throw bad_file(name, "it counts leap seconds, and the system clock does not");
  ZoneFile zone;
  Reader times(reader.take(header.times * width), name);
  const auto kinds = reader.take(header.times);
  std::vector<seconds> offsets;
  Reader types(reader.take(header.types * 6), name);
  for (std::size_t i = 0; i < header.types; i++) {
    offsets.emplace_back(types.number(4));
    types.take(2);  // whether it is summer time, and its name
  }
  reader.take(header.chars + header.standard_marks + header.utc_marks);
  zone.first_offset = offsets.front();
  for (const char kind : kinds) {
    const auto index = static_cast<std::size_t>(static_cast<unsigned char>(kind));
    if (index >= offsets.size()) throw bad_file(name, "it refers to a missing offset");
    zone.changes.push_back({sys_seconds(seconds(times.number(width))), offsets[index]});
  }
  return zone;
}

}  // namespace

ZoneFile parse_zone_file(std::string_view bytes, std::string_view name) {
  Reader reader(bytes, name);
  const auto first = read_header(reader, name);
  if (first.version == '\0') return read_body(reader, first, 4, name);
  reader.take(first.body_bytes(4));  // the same for readers that know 32 bits only
  const auto second = read_header(reader, name);
  auto zone = read_body(reader, second, 8, name);
  const auto footer = reader.rest();
  const auto end = footer.find('\n', 1);
  if (!footer.starts_with('\n') || end == std::string_view::npos) throw bad_file(name, "it is truncated");
  zone.rule = footer.substr(1, end - 1);
  return zone;
}

}  // namespace sidekick::schedule
