#include "mongo/uri.hpp"

#include <catch2/catch_test_macros.hpp>

#include <functional>

#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::mongo;
using namespace sidekick::test;

namespace {

Connection to(const std::string& uri) {
  Connection c;
  c.uri = Secret(uri);
  return c;
}

std::string hosts(const Connection& c) {
  return describe_hosts(connection_uri(c).get());
}

std::string concern(const std::string& text, const std::string& uri = "mongodb://h/") {
  auto c = to(uri);
  c.write_concern = text;
  return write_concern(c, connection_uri(c).get()).to_json();
}

std::string plain(const std::string& json) {
  return Bson::from_json(json, "a test").to_json();
}

}  // namespace

TEST_CASE("host and port are put together as the official tools do") {
  struct Case {
    const char* host;
    const char* port;
    const char* hosts;
  };
  for (const auto& c : std::vector<Case>{{"", "", "localhost:27017"},
                                         {"", "1", "localhost:1"},
                                         {"a", "", "a:27017"},
                                         {"a:2", "1", "a:2"},
                                         {"a,b:2", "1", "a:1,b:2"},
                                         {"rs/a,b:2", "", "a:27017,b:2"},
                                         {"::1", "", "[::1]:27017"},
                                         {"::1", "5", "[::1]:5"},
                                         {"rs/fe80::1,b:2", "5", "[fe80::1]:5,b:2"},
                                         {"[::1]", "5", "[::1]:5"},
                                         {"[::1]:6", "5", "[::1]:6"}}) {
    INFO(c.host);
    Connection connection;
    connection.host = c.host;
    connection.port = c.port;
    CHECK(hosts(connection) == c.hosts);
  }
  Connection set;
  set.host = "rs/a";
  CHECK(std::string(mongoc_uri_get_replica_set(connection_uri(set).get())) == "rs");
}

TEST_CASE("a password never stands in the error of a connection string that cannot be read") {
  for (const char* uri : {"mongodb://u:s3cr3t@pw@h/",
                          "mongodb://u:s3cr3t/pw@h/",
                          "mongodb://u:s3cr3t:pw@h/",
                          "mongodb://u:s3cr3t%@h/",
                          "mongodb://u:s3cr3t%zz@h/",
                          "mongodb://u:s3cr3t?@",
                          "mongodb://u:s3cr3t@",
                          "mongodb://u:s3cr3t@/",
                          "mongodb://u:s3cr3t@h:99999/",
                          "mongodb://u:s3cr3t@h:port/",
                          "mongodb://u:s3cr3t@h/?a",
                          "mongodb://u:s3cr3t@h/?x=a@b&&",
                          "mongodb://u:s3cr3t@h,,/",
                          "mongodb+srv://u:s3cr3t@h:1/",
                          "mongodb+srv://u:s3cr3t@a,b/",
                          "http://u:s3cr3t@h/",
                          "u:s3cr3t@h",
                          "mongodb:/u:s3cr3t@h",
                          "mongodb://u:s3cr3t",
                          "mongodb://u:s3cr3t/db",
                          "mongodb://h/?tlsCertificateKeyFilePassword=s3cr3t&&x",
                          "mongodb://u:#s3cr3t[@h:1:2/",
                          "mongodb://u:s3cr3t%40@h:0/db",
                          "mongodb://:s3cr3t@h:x/"}) {
    INFO(uri);
    const auto error = error_of([&] { connection_uri(to(uri)); });
    if (!error) continue;  // some the library takes
    CHECK((error->kind() == ErrorKind::usage || error->kind() == ErrorKind::config));
    CHECK_FALSE(mentions(*error, "s3cr3t"));
  }
}

TEST_CASE("a password with a character that must be escaped is taken as it is or told so") {
  int told = 0;
  for (const char* password : {"p@w", "p/w", "p:w", "p%w", "p?w", "p#w"}) {
    INFO(password);
    const std::string text = std::string("mongodb://u:") + password + "@h/";
    const auto error = error_of([&] {
      const auto uri = connection_uri(to(text));
      CHECK(describe_hosts(uri.get()) == "h:27017");
      CHECK(std::string(mongoc_uri_get_password(uri.get())) == password);
    });
    if (!error) continue;
    CHECK(error->kind() == ErrorKind::usage);
    CHECK(mentions(*error, "percent-encoded"));
    told++;
  }
  CHECK(told > 0);
}

TEST_CASE("values that contradict the connection string are a matter of configuration") {
  std::vector<Connection> bad;
  bad.push_back(to("mongodb://h/"));
  bad.back().host = "h";
  bad.push_back(to("mongodb://h/"));
  bad.back().port = "1";
  bad.push_back(to("mongodb://u:s3cr3t@h/"));
  bad.back().user = "v";
  bad.push_back(to("mongodb://u:s3cr3t@h/"));
  bad.back().password = Secret("0th3r");
  bad.push_back(to("mongodb://h/"));
  bad.back().authentication_mechanism = "GSSAPI";
  for (const auto& connection : bad) {
    const auto error = error_of([&] { connection_uri(connection); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::config);
    CHECK_FALSE(mentions(*error, "s3cr3t"));
    CHECK_FALSE(mentions(*error, "0th3r"));
  }
}

TEST_CASE("flags that agree with the connection string or add to it are taken") {
  auto c = to("mongodb://u:pw@h/");
  c.user = "u";
  c.password = Secret("pw");
  c.authentication_database = "admin";
  c.tls = true;
  c.connect_timeout_s = 3;
  const auto uri = connection_uri(c);
  CHECK(std::string(mongoc_uri_get_auth_source(uri.get())) == "admin");
  CHECK(mongoc_uri_get_tls(uri.get()));
  CHECK(mongoc_uri_get_option_as_int32(uri.get(), MONGOC_URI_CONNECTTIMEOUTMS, 0) == 3000);
  CHECK(mongoc_uri_get_option_as_int32(uri.get(), MONGOC_URI_SERVERSELECTIONTIMEOUTMS, 0) == 5000);
  CHECK(mongoc_uri_get_option_as_int32(connection_uri(to("mongodb://h/?connectTimeoutMS=7")).get(),
                                       MONGOC_URI_CONNECTTIMEOUTMS, 0) == 7);
}

TEST_CASE("the write concern is that of the flag, else of the connection string, else a majority") {
  CHECK(concern("") == plain(R"({"w":"majority"})"));
  CHECK(concern("", "mongodb://h/?w=2&journal=true&wtimeoutMS=5") ==
        plain(R"({"w":2,"j":true,"wtimeout":{"$numberLong":"5"}})"));
  CHECK(concern("", "mongodb://h/?w=far") == plain(R"({"w":"far"})"));
  CHECK(concern("majority", "mongodb://h/?w=1") == plain(R"({"w":"majority"})"));
  CHECK(concern("1") == plain(R"({"w":1})"));
  CHECK(concern("far") == plain(R"({"w":"far"})"));
  CHECK(concern(R"({"w":2,"j":true})") == plain(R"({"w":2,"j":true})"));
  CHECK(concern("{w: 3, j: true}") == plain(R"({"w":3,"j":true})"));
  CHECK(concern("{w: 'majority', wtimeout: 500}") == plain(R"({"w":"majority","wtimeout":500})"));
}

TEST_CASE("a write concern that proves nothing or cannot be read is a wrong use") {
  for (const char* text : {"0", "-1", R"({"w":0})", R"({"w":-1})", "{w", R"({"w":0.0})", "{w: 0}"}) {
    INFO(text);
    const auto error = error_of([&] { concern(text); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::usage);
  }
  CHECK(error_of([] { concern("", "mongodb://h/?w=0"); })->kind() == ErrorKind::usage);
}

TEST_CASE("compression on the wire is offered to other machines unless the user has a say") {
  const auto offered = [](Connection c, const std::string& names = {}) {
    c.compressors = names;
    return Bson(mongoc_uri_get_compressors(connection_uri(c).get())).to_json();
  };
  const auto none = Bson().to_json();
  CHECK(offered(to("mongodb://mongo/")).find("snappy") != std::string::npos);
  CHECK(offered(to("mongodb://localhost,10.0.0.1/")).find("snappy") != std::string::npos);
  CHECK(offered(to("mongodb://mongo/?Compressors=zlib")) == plain(R"({"zlib":"yes"})"));
  CHECK(offered(to("mongodb://mongo/?compressors=none")) == none);
  CHECK(offered(to("mongodb://mongo/"), "zlib") == plain(R"({"zlib":"yes"})"));
  CHECK(offered(to("mongodb://mongo/"), "none") == none);
  for (const std::string local :
       {"localhost", "127.0.0.1:27018", "127.1.2.3", "[::1]", "%2Ftmp%2Fm.sock", "localhost,127.0.0.1"}) {
    CAPTURE(local);
    CHECK(offered(to("mongodb://" + local + "/")) == none);
  }
}

TEST_CASE("options need no slash before them") {
  for (const char* uri :
       {"mongodb://h?replicaSet=rs", "mongodb://h/?replicaSet=rs", "mongodb://u:pw@h:27017?replicaSet=rs"}) {
    CAPTURE(uri);
    const auto read = connection_uri(to(uri));
    CHECK(describe_hosts(read.get()) == "h:27017");
    CHECK(std::string(mongoc_uri_get_replica_set(read.get())) == "rs");
  }
}

TEST_CASE("the error of a host or connection string names the place and the cause") {
  struct Case {
    Connection connection;
    const char* mentioned;
  };
  const auto host = [](const std::string& name) {
    Connection c;
    c.host = name;
    return c;
  };
  for (const auto& [connection, mentioned] :
       std::vector<Case>{{host("h:x"), "--host 'h:***'"},
                         {host("[::1"), "--host"},
                         {host("a,,b"), "--host 'a,,b'"},
                         {host("mongodb://root:s3cr3t@h/"), "use --uri for a connection string"},
                         {host("root:s3cr3t@h"), "--host '***@h'"},
                         {host("root@h"), "--username"},
                         {host("mongodb://u:s3cr3t"), "use --uri for a connection string"},
                         {host("[::1]:1x"), "--host '[::1]:***'"},
                         {host("fe80::1%lo"), "--host '[fe80::1%lo]'"},
                         {to("mongodb://[::1]:1x/"), "cannot be understood as hosts"},
                         {to("mongodb://a:1,h:99999/"), "a port is not within 1 to 65535"},
                         {to("mongodb+srv://cluster.example.com:27017/"), "takes no port"},
                         {to("mongodb+srv://u:s3cr3t@cluster.example.com:27017/db"), "takes no port"},
                         {to("mongodb+srv://a.example.com,b.example.com/"), "takes one name"},
                         {to("mongodb+srv://localhost/"), "three parts"},
                         {to("mongodb://u:1/s3cr3t@h/"), "percent-encoded"},
                         {to("mongodb://:s3cr3t@h/"), "no user"}}) {
    CAPTURE(mentioned, connection.host);
    const auto error = error_of([&] { connection_uri(connection); });
    REQUIRE(error);
    CAPTURE(error->message());
    CHECK(error->kind() == ErrorKind::usage);
    CHECK(mentions(*error, mentioned));
    CHECK_FALSE(mentions(*error, "s3cr3t"));
    if (!connection.host.empty()) CHECK(error->message().starts_with("--host '"));
  }
}

TEST_CASE("a login that cannot work is a matter of configuration and told in our words") {
  const auto with = [](const std::string& uri, const std::function<void(Connection&)>& change) {
    auto c = to(uri);
    change(c);
    return c;
  };
  const auto nothing = [](Connection&) {};
  struct Case {
    Connection connection;
    const char* mentioned;
  };
  for (const auto& [connection, mentioned] : std::vector<Case>{
           {with("mongodb://h/?authMechanism=MONGODB-X509", nothing), "needs TLS"},
           {with("mongodb://h/", [](Connection& c) { c.authentication_mechanism = "MONGODB-X509"; }), "needs TLS"},
           {with("mongodb://h/?tls=true&authMechanism=MONGODB-X509", nothing), "needs a certificate"},
           {with("mongodb://u:pw@h/?tls=true&tlsCertificateKeyFile=x&authMechanism=MONGODB-X509", nothing),
            "takes no password"},
           {with("mongodb://h/?tls=true&tlsCertificateKeyFile=x&authMechanism=MONGODB-X509&authSource=users", nothing),
            "'users'"},
           {with("mongodb://h/?tls=true&tlsCertificateKeyFile=x&authMechanism=MONGODB-X509",
                 [](Connection& c) { c.authentication_database = "admin"; }),
            "'admin'"},
           {with("mongodb://u@h/", nothing), "the user 'u' has no password"},
           {with("mongodb://u:@h/", nothing), "the user 'u' has no password"},
           {with("mongodb://h/", [](Connection& c) { c.user = "u"; }), "the user 'u' has no password"},
           {with("mongodb://h/", [](Connection& c) { c.password = Secret("pw"); }), "no user"},
           {with("mongodb://h/?authMechanism=SCRAM-SHA-256", nothing), "needs a user"},
           {with("mongodb://h/", [](Connection& c) { c.authentication_mechanism = "PLAIN"; }), "needs a user"},
           {with("mongodb://u@h/?authMechanism=SCRAM-SHA-1", nothing), "no password"},
           {with("mongodb://u@h/?authMechanism=MONGODB-AWS", nothing), "no password"},
           {with("mongodb://u:pw@h/?authMechanism=MONGODB-CR", nothing), "MONGODB-CR"},
           {with("mongodb://u:pw@h/?authMechanism=SCRAM-SHA-512", nothing), "'SCRAM-SHA-512' is not known"},
           {with("mongodb://u:pw@h/", [](Connection& c) { c.authentication_mechanism = "x"; }), "'x' is not known"},
           {with("mongodb://u:pw@h/?authMechanism=GSSAPI", nothing), "Kerberos"},
           {with("mongodb://u:pw@h/", [](Connection& c) { c.aws_session_token = Secret("t"); }), "MONGODB-AWS"}}) {
    CAPTURE(mentioned, connection.uri.reveal());
    const auto error = error_of([&] { connection_uri(connection); });
    REQUIRE(error);
    CAPTURE(error->message());
    CHECK(error->kind() == ErrorKind::config);
    CHECK(mentions(*error, mentioned));
  }
}

TEST_CASE("logins that can work are taken") {
  for (const char* uri : {"mongodb://u:pw@h/", "mongodb://u:pw@h/?authMechanism=SCRAM-SHA-1&authSource=users",
                          "mongodb://u:pw@h/?authMechanism=PLAIN&authSource=$external",
                          "mongodb://h/?authMechanism=MONGODB-AWS", "mongodb://k:s@h/?authMechanism=MONGODB-AWS",
                          "mongodb://h/?tls=true&tlsCertificateKeyFile=x&authMechanism=MONGODB-X509",
                          "mongodb://CN%3Dc@h/?tls=true&tlsCertificateKeyFile=x&authMechanism=MONGODB-X509"}) {
    CAPTURE(uri);
    CHECK_FALSE(error_of([&] { connection_uri(to(uri)); }));
  }
}
