#include "tests/support/other_servers.hpp"

#include <signal.h>
#include <unistd.h>

#include <stdexcept>

#include "tests/support/eventually.hpp"
#include "tests/support/ports.hpp"
#include "tests/unit/support/tools.hpp"

namespace sidekick::test {

namespace fs = std::filesystem;

namespace {

/// Where Debian keeps the programs of the one version that it has.
std::string postgres_program(const std::string& name) {
  std::error_code missing;
  for (const auto& version : fs::directory_iterator("/usr/lib/postgresql", missing))
    if (fs::exists(version.path() / "bin" / name)) return (version.path() / "bin" / name).string();
  need_program("postgres");
  return name;
}

void run_to_success(const Command& command) {
  const auto finished = run(command, 60s);
  if (finished.exit_code != 0) throw std::runtime_error(command.words.at(0) + ": " + finished.describe());
}

}  // namespace

OtherServer::OtherServer(int stop_signal) : port_(free_port()), stop_signal_(stop_signal) {
  if (::geteuid() == 0) run_to_success({{"chown", "nobody:nogroup", folder().string()}});
}

OtherServer::~OtherServer() {
  try {
    end();
  } catch (...) {
    // The child is killed by its own destructor.
  }
}

void OtherServer::end() {
  if (!child_) return;
  child_->signal(stop_signal_);
  child_->wait(20s);
}

std::vector<std::string> OtherServer::as_nobody(std::vector<std::string> words) {
  std::vector<std::string> all{"setpriv", "--pdeathsig", "KILL"};
  if (::geteuid() == 0)
    for (const auto* word : {"--reuid", "nobody", "--regid", "nogroup", "--clear-groups"}) all.emplace_back(word);
  all.insert(all.end(), words.begin(), words.end());
  return all;
}

void OtherServer::launch(std::vector<std::string> words, std::vector<std::pair<std::string, std::string>> environment) {
  environment.emplace_back("HOME", folder().string());
  child_ = std::make_unique<Child>(Command{as_nobody(std::move(words)), std::move(environment), "/dev/null", folder()});
}

Redis::Redis() : OtherServer(SIGKILL) {
  need_program("redis-server");
}

void Redis::start(std::vector<std::string> flags) {
  std::vector<std::string> words{"redis-server",         "--bind",           "127.0.0.1", "--port",
                                 std::to_string(port()), "--save",           "",          "--dir",
                                 folder().string(),      "--rdbcompression", "no"};
  words.insert(words.end(), slow_.begin(), slow_.end());
  words.insert(words.end(), flags.begin(), flags.end());
  launch(std::move(words));
}

std::string Redis::ask(std::vector<std::string> words) const {
  words.insert(words.begin(), {"redis-cli", "-p", std::to_string(port())});
  return run({std::move(words)}, 20s).out;
}

void Redis::fill_for(std::chrono::milliseconds time) {
  constexpr auto for_one = 50ms;  // each is read with a pause, and after each it looks for connections
  for (int i = 0; i < time / for_one; i++) ask({"set", "key" + std::to_string(i), std::string(2'000, 'x')});
  if (ask({"save"}) != "OK\n") throw std::runtime_error("redis does not save: " + log());
  end();
  slow_ = {"--key-load-delay", std::to_string(std::chrono::microseconds(for_one).count()),
           "--loading-process-events-interval-bytes", "1024"};
}

// Its children end with it, at once.
Postgres::Postgres() : OtherServer(SIGQUIT) {
  write_file(folder() / "password", "secret\n");
  fs::permissions(folder() / "password", fs::perms(0644));
  run_to_success({as_nobody({postgres_program("initdb"), "--pgdata=" + (folder() / "data").string(), "--no-sync",
                             "--username=postgres", "--auth=scram-sha-256",
                             "--pwfile=" + (folder() / "password").string(), "--locale=C", "--encoding=UTF8"}),
                  {{"HOME", folder().string()}},
                  "/dev/null",
                  folder()});
}

void Postgres::start(std::vector<std::string> flags) {
  std::vector<std::string> words{postgres_program("postgres"),
                                 "-D",
                                 (folder() / "data").string(),
                                 "-p",
                                 std::to_string(port()),
                                 "-k",
                                 "",
                                 "-c",
                                 "listen_addresses=127.0.0.1",
                                 "-c",
                                 "fsync=off"};
  words.insert(words.end(), flags.begin(), flags.end());
  launch(std::move(words));
}

void Postgres::start_in_recovery() {
  write_file(folder() / "data" / "standby.signal", "");
  if (::geteuid() == 0) run_to_success({{"chown", "nobody", (folder() / "data" / "standby.signal").string()}});
  start({"-c", "hot_standby=off"});
}

void Postgres::promote() const {
  write_file(folder() / "data" / "promote", "");
  ::kill(pid(), SIGUSR1);
}

MariaDb::MariaDb() : OtherServer(SIGKILL) {
  need_program("mariadbd");
}

void MariaDb::start(std::vector<std::string> flags) {
  std::vector<std::string> words{"mariadbd",
                                 "--no-defaults",
                                 "--datadir=" + folder().string(),
                                 "--port=" + std::to_string(port()),
                                 "--bind-address=127.0.0.1",
                                 "--socket=" + (folder() / "socket").string(),
                                 "--pid-file=" + (folder() / "pid").string(),
                                 "--skip-grant-tables",
                                 "--skip-networking=0",
                                 "--innodb-buffer-pool-size=8M",
                                 "--innodb-log-file-size=4M"};
  words.insert(words.end(), flags.begin(), flags.end());
  launch(std::move(words));
}

RabbitMq::RabbitMq() : OtherServer(SIGKILL) {
  need_program("rabbitmq-server");
}

void RabbitMq::start() {
  const auto names = std::to_string(free_port());
  names_ = std::make_unique<Child>(Command{as_nobody({"epmd", "-port", names, "-address", "127.0.0.1"})});
  const auto at = [this](const char* name) { return (folder() / name).string(); };
  launch({"/usr/lib/rabbitmq/bin/rabbitmq-server"}, {{"RABBITMQ_NODENAME", "test" + names + "@localhost"},
                                                     {"RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1"},
                                                     {"RABBITMQ_NODE_PORT", std::to_string(port())},
                                                     {"RABBITMQ_DIST_PORT", std::to_string(free_port())},
                                                     {"ERL_EPMD_PORT", names},
                                                     {"RABBITMQ_MNESIA_BASE", at("mnesia")},
                                                     {"RABBITMQ_LOG_BASE", at("log")},
                                                     {"RABBITMQ_LOGS", "-"},
                                                     {"RUNNING_UNDER_SYSTEMD", "true"},  // no shell stays in between
                                                     {"RABBITMQ_ENABLED_PLUGINS_FILE", at("plugins")},
                                                     {"RABBITMQ_CONFIG_FILE", at("configuration")},
                                                     {"RABBITMQ_CONF_ENV_FILE", at("environment")},
                                                     {"RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "+S 1:1"}});
}

Nginx::Nginx() : OtherServer(SIGKILL) {
  need_program("nginx");
  fs::create_directory(files());
}

void Nginx::start(const Certificates* certificates) {
  const auto at = folder().string() + "/";
  std::string paths, tls;
  for (const auto* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
    paths += std::string(kind) + "_temp_path " + at + kind + ";\n";
  if (certificates) {
    fs::copy_file(certificates->server(), folder() / "server.pem", fs::copy_options::overwrite_existing);
    fs::permissions(folder() / "server.pem", fs::perms(0644));
    tls = "ssl_certificate " + at + "server.pem;\nssl_certificate_key " + at + "server.pem;\n";
  }
  write_file(folder() / "nginx.conf", "daemon off;\nmaster_process off;\npid " + at +
                                          "pid;\nerror_log stderr;\nevents { worker_connections 64; }\n" +
                                          "http {\naccess_log off;\n" + paths + "server {\nlisten " + address() +
                                          (certificates ? " ssl" : "") + ";\n" + tls + R"(
location = /ok { return 200 "all is well\n"; }
location = /503 { return 503; }
location = /418 { return 418; }
location = /moved { return 302 /ok; }
location = /token { if ($http_x_token != "abc") { return 403; } return 200 "come in\n"; }
location /files/ { root )" + at + R"(; }
}
}
)");
  launch({"nginx", "-p", at, "-e", "stderr", "-c", at + "nginx.conf"});
}

}  // namespace sidekick::test
