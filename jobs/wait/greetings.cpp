#include "wait/greetings.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace sidekick::wait {

namespace {

using namespace std::string_literals;

constexpr std::size_t longest_answer = 16U << 10U;

Verdict more() {
  return {};
}

Verdict serves() {
  return {true, {}};
}

Verdict refuses(std::string why) {
  return {true, std::move(why)};
}

/// Printable text of a server, shortened for a log line.
std::string quoted(std::string_view text) {
  constexpr std::size_t longest = 120;
  std::string out(text.substr(0, longest));
  std::ranges::replace_if(out, [](char c) { return c < ' ' || c > '~'; }, ' ');
  return "'" + out + "'";
}

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t out = 0;
  for (const char c : bytes.substr(0, 4)) out = out << 8U | static_cast<std::uint8_t>(c);
  return out;
}

std::string big_endian(std::size_t number) {
  std::string out;
  for (const unsigned shift : {24U, 16U, 8U, 0U}) out += static_cast<char>(number >> shift & 0xffU);
  return out;
}

/// The field with that letter in an error message of PostgreSQL.
std::string_view postgres_field(std::string_view fields, char letter) {
  while (fields.size() > 1 && fields[0] != '\0') {
    const auto end = std::min(fields.find('\0', 1), fields.size());
    if (fields[0] == letter) return fields.substr(1, end - 1);
    fields.remove_prefix(std::min(end + 1, fields.size()));
  }
  return {};
}

}  // namespace

std::string no_question(const Url&) {
  return {};
}

std::string postgres_question(const Url& url) {
  constexpr std::size_t protocol_3_0 = 196'608;
  const auto user = url.user.empty() ? "sidekick"s : url.user;
  const auto database = url.path.size() > 1 ? percent_decoded(url.path.substr(1)) : user;
  const auto body = big_endian(protocol_3_0) + "user\0"s + user + "\0database\0"s + database +
                    "\0application_name\0sidekick wait\0\0"s;
  return big_endian(body.size() + 4) + body;
}

Verdict judge_postgres(std::string_view answer) {
  constexpr std::size_t header = 5;
  if (answer.empty()) return more();
  if (answer[0] == 'R') return serves();
  if (answer[0] != 'E') return refuses("what answers is not PostgreSQL");
  if (answer.size() < header) return more();
  const std::size_t length = big_endian(answer.substr(1));
  if (length < 4 || length > longest_answer) return refuses("what answers is not PostgreSQL");
  if (answer.size() < length + 1) return more();
  const auto fields = answer.substr(header, length - 4);
  if (postgres_field(fields, 'C') != "57P03") return serves();
  return refuses("it says " + quoted(postgres_field(fields, 'M')));
}

Verdict judge_mysql(std::string_view answer) {
  constexpr std::size_t header = 4, code = 3, state = 6;
  if (answer.size() <= header) return more();
  const auto length =
      static_cast<std::uint8_t>(answer[0]) + (static_cast<std::size_t>(static_cast<std::uint8_t>(answer[1])) << 8U);
  const auto packet = answer.substr(header);
  if (packet[0] == '\x0a') return serves();
  if (packet[0] != '\xff' || length > longest_answer) return refuses("what answers is not MySQL");
  if (packet.size() < length) return more();
  auto text = packet.substr(std::min(code, length), length - std::min(code, length));
  if (text.starts_with('#')) text.remove_prefix(std::min(state, text.size()));
  return refuses("it says " + quoted(text));
}

std::string redis_question(const Url&) {
  return "PING\r\n";
}

Verdict judge_redis(std::string_view answer) {
  const auto end = answer.find("\r\n");
  if (end == std::string_view::npos)
    return answer.size() > longest_answer ? refuses("what answers is not Redis") : more();
  const auto line = answer.substr(0, end);
  if (line == "+PONG" || line.starts_with("-NOAUTH") || line.starts_with("-NOPERM")) return serves();
  if (line.starts_with('-')) return refuses("it says " + quoted(line.substr(1)));
  return refuses("what answers is not Redis");
}

std::string amqp_question(const Url&) {
  return "AMQP\0\0\x09\x01"s;
}

Verdict judge_amqp(std::string_view answer) {
  // A frame of kind method on channel 0; after its length the numbers of class Connection and method Start.
  constexpr std::string_view method_frame("\x01\0\0", 3), connection_start("\0\x0a\0\x0a", 4);
  constexpr std::size_t at = 7;
  const auto begin = answer.substr(0, method_frame.size());
  if (begin != method_frame.substr(0, begin.size())) return refuses("what answers is not AMQP 0-9-1");
  if (answer.size() < at + connection_start.size()) return more();
  if (answer.substr(at, connection_start.size()) != connection_start) return refuses("what answers is not AMQP 0-9-1");
  return serves();
}

}  // namespace sidekick::wait
