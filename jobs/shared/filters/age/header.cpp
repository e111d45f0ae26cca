#include "filters/age/header.hpp"

#include <algorithm>

#include "filters/age/encoding.hpp"
#include "sidekick/error.hpp"

namespace sidekick::filters::age {

namespace {

constexpr std::size_t body_columns = 64;
constexpr std::string_view stanza_mark = "-> ";
constexpr std::string_view end_mark = "---";

Key32 header_key(const FileKey& key) {
  return hkdf_sha256(key.bytes(), {}, "header");
}

void append(std::string& text, const Stanza& stanza) {
  text += "->";
  for (const auto& word : stanza.words) text.append(" ").append(word);
  text += '\n';
  const auto body = base64(stanza.body);
  // The last line is shorter than the others, and empty where it must be.
  for (std::size_t at = 0; at <= body.size(); at += body_columns)
    text.append(std::string_view(body).substr(at, body_columns)).append("\n");
}

bool is_word(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

class Parser final {
 public:
  Parser(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  Header header() {
    if (!text_.starts_with(first_line)) throw damaged("it does not begin as a file of age v1");
    at_ = first_line.size();
    Header header;
    while (text_.substr(at_).starts_with(stanza_mark)) header.stanzas.push_back(stanza());
    if (header.stanzas.empty()) throw damaged("its header names no recipient");
    header.authenticated = text_.substr(0, at_ + end_mark.size());
    auto last = line();
    if (!last.starts_with("--- ")) throw damaged("its header has an invalid line");
    last.remove_prefix(end_mark.size() + 1);
    const auto mac = from_base64(last);
    if (!mac || mac->size() != header.mac.size()) throw damaged("its header ends without a MAC");
    std::copy(mac->begin(), mac->end(), header.mac.begin());
    if (at_ != text_.size()) throw damaged("its header continues after its end");
    return header;
  }

 private:
  Stanza stanza() {
    Stanza stanza;
    auto words = line().substr(stanza_mark.size());
    for (bool more = true; more;) {
      const auto end = words.find(' ');
      const auto word = words.substr(0, end);
      if (!is_word(word)) throw damaged("its header has an invalid recipient");
      stanza.words.emplace_back(word);
      more = end != std::string_view::npos;
      if (more) words.remove_prefix(end + 1);
    }
    std::string body;
    for (;;) {
      const auto next = line();
      if (next.size() > body_columns) throw damaged("its header has a line that is too long");
      body += next;
      if (next.size() < body_columns) break;
    }
    auto bytes = from_base64(body);
    if (!bytes) throw damaged("its header has a key that is not in base64");
    stanza.body = std::move(*bytes);
    return stanza;
  }

  std::string_view line() {
    const auto end = text_.find('\n', at_);
    if (end == std::string_view::npos) throw damaged("its header is truncated");
    const auto line = text_.substr(at_, end - at_);
    at_ = end + 1;
    return line;
  }

  Error damaged(const std::string& cause) const { return {ErrorKind::data, "'" + name_ + "' is damaged: " + cause}; }

  std::string_view text_;
  const std::string& name_;
  std::size_t at_ = 0;
};

}  // namespace

std::string format_header(const std::vector<Stanza>& stanzas, const FileKey& key) {
  std::string text(first_line);
  for (const auto& stanza : stanzas) append(text, stanza);
  text += end_mark;
  return text + " " + base64(hmac_sha256(header_key(key), text)) + "\n";
}

Header parse_header(std::string_view text, const std::string& name) {
  return Parser(text, name).header();
}

bool is_authentic(const Header& header, const FileKey& key) {
  return same(header.mac, hmac_sha256(header_key(key), header.authenticated));
}

}  // namespace sidekick::filters::age
