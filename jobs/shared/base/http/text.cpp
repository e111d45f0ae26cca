#include "base/http/text.hpp"

#include <openssl/evp.h>

#include <algorithm>

#include "sidekick/error.hpp"

namespace sidekick {

std::string base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const auto n = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                 reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(n));
  return out;
}

namespace http {

namespace {

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return c > ' ' && c < '\x7f' && std::string_view("\"(),/:;<=>?@[\\]{}").find(c) == std::string_view::npos;
  });
}

bool says(const HttpRequest& request, std::string_view name) {
  return std::ranges::any_of(request.headers, [&](const auto& header) { return same_name(header.name, name); });
}

void add(std::string& out, std::string_view name, std::string_view value) {
  // The message quotes neither: they may hold a secret.
  if (!is_token(name)) throw Error(ErrorKind::config, "cannot send a header with an invalid name");
  if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos)
    throw Error(ErrorKind::config, "cannot send the header '" + std::string(name) + "': its value has several lines");
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

bool same_name(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string request_text(const Route& route, const HttpRequest& request, const std::string& user_agent) {
  if (!is_token(request.method)) throw Error(ErrorKind::config, "cannot send a request with an invalid method");
  std::string out;
  out.reserve(512 + request.body.size());
  out.append(request.method).append(" ");
  if (route.relayed()) out.append(route.server.origin());
  out.append(route.server.target()).append(" HTTP/1.1\r\n");
  const auto add_unless_said = [&](std::string_view name, const std::string& value) {
    if (!says(request, name)) add(out, name, value);
  };
  add_unless_said("Host", route.server.authority());
  add_unless_said("User-Agent", user_agent.empty() ? "sidekick" : user_agent);
  add_unless_said("Accept", "*/*");
  if (!route.server.user.empty() || !route.server.password.empty())
    add_unless_said("Authorization", basic_authorization(route.server));
  if (route.relayed() && !route.proxy->user.empty())
    add_unless_said("Proxy-Authorization", basic_authorization(*route.proxy));
  for (const auto& header : request.headers) add(out, header.name, header.value);
  const std::string_view body = request.content.empty() ? request.body : request.content;
  if (!body.empty() || (request.method != "GET" && request.method != "HEAD"))
    add_unless_said("Content-Length", std::to_string(body.size()));
  out.append("\r\n");
  return request.content.empty() ? out.append(body) : out;
}

}  // namespace http

}  // namespace sidekick
