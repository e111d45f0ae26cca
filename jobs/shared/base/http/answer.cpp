#include "base/http/answer.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <string_view>

#include "sidekick/error.hpp"

namespace sidekick::http {

namespace beast = boost::beast::http;
using boost::system::error_code;

namespace {

constexpr std::size_t buffer_bytes = std::size_t{64} << 10;
constexpr std::uint32_t max_header_bytes = 48 << 10;
constexpr int max_interim_answers = 20;

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

/// A TLS server answers plain HTTP with an alert: content type 21, version 3.x.
void refuse_tls(std::span<const std::byte> answer) {
  if (answer.size() >= 2 && answer[0] == std::byte{21} && answer[1] == std::byte{3})
    throw Error(ErrorKind::config, "the port speaks TLS, and the URL says http://", "write https://");
}

}  // namespace

class AnswerReader::Parser final : public beast::basic_parser<false> {
 public:
  explicit Parser(const BodyRules& rules) : rules_(rules) {
    eager(true);
    header_limit(max_header_bytes);
    body_limit(boost::none);
    skip(rules.presence == BodyRules::Presence::none);
  }

  HttpResponse& response() { return response_; }
  std::chrono::milliseconds header_time() const { return rules_.header_time; }
  bool interim() const { return response_.status / 100 == 1 && response_.status != 101; }

 private:
  void on_request_impl(beast::verb, boost::beast::string_view, boost::beast::string_view, int, error_code&) override {}
  void on_response_impl(int status, boost::beast::string_view, int, error_code&) override { response_.status = status; }
  void on_field_impl(beast::field, boost::beast::string_view name, boost::beast::string_view value,
                     error_code&) override {
    response_.headers.push_back({std::string(view(name)), std::string(view(value))});
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(boost::beast::string_view body, error_code&) override { return take(view(body)); }
  void on_chunk_header_impl(std::uint64_t, boost::beast::string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, boost::beast::string_view body, error_code&) override {
    return take(view(body));
  }
  void on_finish_impl(error_code&) override {}

  std::size_t take(std::string_view bytes) {
    if (rules_.sink != nullptr && (response_.status == 200 || response_.status == 206)) {
      try {
        (*rules_.sink)(std::as_bytes(std::span(bytes)));
      } catch (...) {
        throw SinkFailure{std::current_exception()};
      }
    } else {
      if (bytes.size() > rules_.max_bytes - response_.body.size())
        throw Error(ErrorKind::data,
                    "its answer is larger than the " + std::to_string(rules_.max_bytes) + " bytes allowed");
      response_.body.append(bytes);
    }
    return bytes.size();
  }

  const BodyRules& rules_;
  HttpResponse response_;
};

// Shell scripts end header lines with a bare line feed, which other clients accept.
void AnswerReader::complete_line_ends() {
  const std::byte feed{'\n'};
  const std::byte carriage_return{'\r'};
  for (auto line = begin_;;) {
    const auto found = std::find(buffer_.begin() + static_cast<std::ptrdiff_t>(line),
                                 buffer_.begin() + static_cast<std::ptrdiff_t>(end_), feed);
    auto at = static_cast<std::size_t>(found - buffer_.begin());
    if (at == end_) return;
    if (at == begin_ || buffer_[at - 1] != carriage_return) {
      buffer_.insert(found, carriage_return);
      end_++;
      at++;
    }
    if (at == line + 1) return;  // an empty line: the body follows
    line = at + 1;
  }
}

bool AnswerReader::parse(Parser& parser) {
  if (!parser.is_header_done()) complete_line_ends();
  while (begin_ < end_ && !parser.is_done()) {
    error_code failure;
    const auto used = parser.put(boost::asio::const_buffer(&buffer_[begin_], end_ - begin_), failure);
    begin_ += used;
    if (failure == beast::error::need_more) return false;
    if (failure) throw Error(ErrorKind::data, "its answer is not HTTP: " + failure.message());
    if (used == 0) break;
  }
  return parser.is_done();
}

void AnswerReader::read_more(Parser& parser) {
  if (begin_ > 0) {
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size()) throw Error(ErrorKind::data, "its answer is not HTTP: a line is too long");
  const auto n = stream_.read(std::span(buffer_).subspan(end_));
  end_ += n;
  if (n > 0) {
    const auto now = std::chrono::steady_clock::now();
    if (!heard_) {
      heard_ = true;
      header_ends_ = now + parser.header_time();
      refuse_tls(std::span(buffer_).subspan(begin_, end_ - begin_));
    }
    if (!parser.is_header_done() && now >= header_ends_)
      throw Error(ErrorKind::unavailable, "the header of its answer does not end in time");
    return;
  }
  error_code failure;
  if (parser.got_some()) parser.put_eof(failure);
  if (!parser.is_done() || failure)
    throw ConnectionLost(heard_ ? "the connection was closed before the answer was whole"
                                : "the connection was closed");
}

Answer AnswerReader::read(const BodyRules& rules) {
  buffer_.resize(buffer_bytes);
  heard_ = false;
  for (int interim = 0;; interim++) {
    if (interim > max_interim_answers) throw Error(ErrorKind::data, "its interim answers do not end");
    Parser parser(rules);
    while (!parse(parser) && !parser.is_done()) read_more(parser);
    if (parser.interim()) continue;
    const bool reusable = parser.keep_alive() && begin_ == end_ && parser.response().status != 101;
    return {std::move(parser.response()), reusable};
  }
}

}  // namespace sidekick::http
