// Logins from servers: the askpass URL, and tokens of a GitHub App.
#include "git_sync/remote/credentials.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <array>
#include <ctime>
#include <map>
#include <mutex>

#include "tests/support/apache.hpp"
#include "tests/support/tcp_server.hpp"
#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::git_sync;
using namespace sidekick::test;

namespace {

// Counts what is recorded, and keeps what is logged.
class Recorder final : public Log, public MetricSink {
 public:
  void write(LogLevel, std::string_view message, LogFields fields) noexcept override {
    logged += message;
    for (const auto& field : fields)
      if (const auto* text = std::get_if<std::string_view>(&field.value)) logged.append(" ").append(*text);
    logged += "\n";
  }
  void record(const Metric& metric, double value, MetricLabels labels) noexcept override {
    counts[std::string(metric.name) + "/" + std::string(labels.begin()->value)] += value;
  }

  std::string logged;
  std::map<std::string, double> counts;
};

const CancelToken& never() {
  static const CancelToken token;
  return token;
}

std::string openssl(const std::string& line, const TempDir& folder) {
  const Finished finished = run({.words = {"sh", "-c", "openssl " + line}, .folder = folder.path()}, 60s);
  if (finished.exit_code != 0) throw std::runtime_error(finished.describe());
  return finished.out;
}

std::string from_base64_url(std::string text, const TempDir& folder) {
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  text.append((4 - text.size() % 4) % 4, '=');
  write_file(folder / "base64", text);
  return openssl("base64 -d -A -in base64", folder);
}

std::string after(const std::string& text, const std::string& mark, const std::string& end) {
  const auto at = text.find(mark);
  if (at == std::string::npos) return {};
  const auto from = at + mark.size();
  return text.substr(from, text.find(end, from) - from);
}

std::string in_utc(std::time_t time) {
  std::array<char, 32> text{};
  std::tm parts{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", ::gmtime_r(&time, &parts));
  return text.data();
}

// A forge that gives out tokens, and keeps the request for the last.
class Forge final {
 public:
  std::chrono::seconds lifetime{3600};

  std::string url() const { return server_.url("/api/v3"); }
  std::string request() {
    const std::lock_guard lock(mutex_);
    return request_;
  }

 private:
  void serve(TcpPeer& peer) {
    while (const auto request = peer.read_request()) {
      const std::lock_guard lock(mutex_);
      request_ = *request;
      if (!request->starts_with("POST /api/v3/app/installations/42/access_tokens ")) {
        peer.answer("404 Not Found", R"({"message":"Not Found"})");
        continue;
      }
      const auto expires = in_utc(std::time(nullptr) + lifetime.count());
      peer.answer("201 Created", R"({"token":"ghs_)" + std::to_string(++tokens_) + R"(","expires_at":")" + expires +
                                     R"(","permissions":{"contents":"read"},"repository_selection":"selected"})");
    }
  }

  std::mutex mutex_;
  std::string request_;
  int tokens_ = 0;
  TcpServer server_{[this](TcpPeer& peer) { serve(peer); }};
};

GithubApp app_at(const std::string& url, const std::string& key_file) {
  return {.base_url = url,
          .application_id = "7",
          .client_id = {},
          .installation_id = "42",
          .private_key = {},
          .private_key_file = key_file};
}

}  // namespace

TEST_CASE("an askpass URL is asked once for the requests of one sync") {
  const Apache apache({.user = "asker", .password = "pw"});
  apache.add_script("login", "printf 'Content-Type: text/plain\\n\\nusername=me\\npassword=sesame\\n'\n");
  Recorder recorder;
  auto url = apache.url("/cgi/login");
  url.insert(url.find("//") + 2, "asker:pw@");
  const RemoteSettings settings{.url = "https://h/a.git", .askpass_url = url};
  Authenticator authenticator(settings, recorder, recorder);
  for (int i = 0; i < 3; i++) {
    const auto login = authenticator.login_for("https://h/a.git", never());
    REQUIRE(login);
    CHECK(login->user == "me");
    CHECK(login->password.reveal() == "sesame");
  }
  CHECK_FALSE(authenticator.login_for("https://other/a.git", never()));
  CHECK(recorder.counts == std::map<std::string, double>{{"git_sync_askpass_calls/success", 1}});
  // A refused login that was kept is asked for anew, once.
  CHECK(authenticator.refused());
  CHECK(authenticator.login_for("https://h/a.git", never()));
  CHECK_FALSE(authenticator.refused());
  CHECK(recorder.counts["git_sync_askpass_calls/success"] == 2);
  CHECK(recorder.logged.find("pw") == std::string::npos);
  CHECK(recorder.logged.find("sesame") == std::string::npos);
}

TEST_CASE("an askpass URL that gives no login is an error and counted") {
  const Apache apache;
  apache.add_script("empty", "printf 'Content-Type: text/plain\\n\\nnothing\\n'\n");
  apache.add_script("busy", "printf 'Status: 503 Busy\\n\\n'\n");
  apache.add_script("no", "printf 'Status: 403 No\\n\\n'\n");
  Recorder recorder;
  for (const auto& [name, kind] : {std::pair("empty", ErrorKind::data), std::pair("busy", ErrorKind::unavailable),
                                   std::pair("no", ErrorKind::denied)}) {
    const RemoteSettings settings{.url = "https://h/a.git", .askpass_url = apache.url(std::string("/cgi/") + name)};
    Authenticator authenticator(settings, recorder, recorder);
    const auto error = error_of([&] { authenticator.headers_for(settings.url, never()); });
    REQUIRE(error);
    CHECK(error->kind() == kind);
  }
  CHECK(recorder.counts == std::map<std::string, double>{{"git_sync_askpass_calls/error", 3}});
}

TEST_CASE("a GitHub App signs with its key and its token is the password") {
  const TempDir folder;
  openssl("genrsa -out key.pem 2048", folder);
  openssl("rsa -in key.pem -pubout -out public.pem", folder);
  Forge forge;
  Recorder recorder;
  RemoteSettings settings{.url = "https://h/a.git", .github_app = app_at(forge.url(), (folder / "key.pem").string())};
  Authenticator authenticator(settings, recorder, recorder);
  const auto login = authenticator.login_for(settings.url, never());
  REQUIRE(login);
  CHECK(login->user == "-");
  CHECK(login->password.reveal() == "ghs_1");

  const auto token = after(forge.request(), "Authorization: Bearer ", "\r\n");
  const auto first = token.find('.');
  const auto second = token.find('.', first + 1);
  REQUIRE(second != std::string::npos);
  write_file(folder / "signature", from_base64_url(token.substr(second + 1), folder));
  write_file(folder / "signed", token.substr(0, second));
  CHECK(openssl("dgst -sha256 -verify public.pem -signature signature signed", folder) == "Verified OK\n");
  CHECK(from_base64_url(token.substr(0, first), folder) == R"({"alg":"RS256","typ":"JWT"})");
  const auto claims = from_base64_url(token.substr(first + 1, second - first - 1), folder);
  CHECK(after(claims, "\"iss\":\"", "\"") == "7");
  const auto now = std::time(nullptr);
  const auto issued = std::stol(after(claims, "\"iat\":", ","));
  const auto expires = std::stol(after(claims, "\"exp\":", ","));
  CHECK(issued <= now);
  CHECK(expires > now);
  CHECK(expires - issued <= 600);
}

TEST_CASE("a token of a GitHub App is kept until shortly before its end") {
  const TempDir folder;
  openssl("genrsa -out key.pem 2048", folder);
  Forge forge;
  Recorder recorder;
  RemoteSettings settings{.url = "https://h/a.git", .github_app = app_at(forge.url() + "/", {})};
  settings.github_app->private_key = Secret(read_file(folder / "key.pem"));
  settings.github_app->application_id.clear();
  settings.github_app->client_id = "Iv1.abc";
  Authenticator authenticator(settings, recorder, recorder);
  const auto token = [&] { return authenticator.login_for(settings.url, never())->password.reveal(); };
  CHECK(token() == "ghs_1");
  CHECK(token() == "ghs_1");
  CHECK(authenticator.refused());
  forge.lifetime = std::chrono::seconds(50);
  CHECK(token() == "ghs_2");
  CHECK(token() == "ghs_3");
  CHECK(recorder.counts == std::map<std::string, double>{{"git_sync_refresh_github_app_token_count/success", 3}});
}

TEST_CASE("a GitHub App that is not let in or has no key is told") {
  const TempDir folder;
  openssl("genrsa -out key.pem 2048", folder);
  openssl("ecparam -name prime256v1 -genkey -noout -out curve.pem", folder);
  openssl("genrsa -aes256 -passout pass:x -out locked.pem 2048", folder);
  Forge forge;
  Recorder recorder;
  RemoteSettings settings{.url = "https://h/a.git", .github_app = app_at(forge.url(), (folder / "key.pem").string())};
  const auto kind = [&] {
    const auto error = error_of([&] { Authenticator(settings, recorder, recorder).login_for(settings.url, never()); });
    REQUIRE(error);
    return error->kind();
  };
  settings.github_app->installation_id = "43";
  CHECK(kind() == ErrorKind::denied);
  settings.github_app->private_key_file = (folder / "curve.pem").string();
  CHECK(kind() == ErrorKind::config);
  settings.github_app->private_key_file = (folder / "locked.pem").string();
  CHECK(kind() == ErrorKind::config);
  settings.github_app->private_key_file = (folder / "missing.pem").string();
  CHECK(kind() == ErrorKind::no_input);
  CHECK(recorder.counts["git_sync_refresh_github_app_token_count/error"] == 4);
}
