#include "wait/greetings.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace sidekick;
using namespace sidekick::wait;
using namespace std::string_literals;

namespace {

using Judge = Verdict (*)(std::string_view);

/// All of the answer, and what is known before it has come: nothing, or the same.
Verdict judged(Judge judge, const std::string& answer) {
  const auto verdict = judge(answer);
  REQUIRE(verdict.known);
  for (std::size_t length = 0; length < answer.size(); length++) {
    const auto early = judge(std::string_view(answer).substr(0, length));
    CAPTURE(length);
    if (early.known) CHECK(early.why_not == verdict.why_not);
  }
  CHECK_FALSE(judge("").known);
  return verdict;
}

bool serves(Judge judge, const std::string& answer) {
  return !judged(judge, answer).why_not;
}

std::string why_not(Judge judge, const std::string& answer) {
  return judged(judge, answer).why_not.value_or("it serves");
}

// What real servers answered: PostgreSQL 15, MariaDB 10.11, Redis 7.0, RabbitMQ 3.10.
const auto postgres_asks_for_a_password = "R\0\0\0\x17\0\0\0\nSCRAM-SHA-256\0\0"s;
const auto postgres_is_no_primary_yet =
    "E\0\0\0\x95"
    "SFATAL\0VFATAL\0C57P03\0Mthe database system is not accepting connections\0DHot standby mode is "
    "disabled.\0Fpostmaster.c\0L2426\0RProcessStartupPacket\0\0"s;
const auto mariadb_greets =
    "d\0\0\0\n5.5.5-10.11.19-MariaDB-0+deb12u1\0\x03\0\0\0H^\"*"
    "KyC\"\0\xfe\xf7\x08\x02\0\xff\x81\x15\0\0\0\0\0\0\x1d\0\0"
    "\0}rE?NH]|yj))\0mysql_native_password\0"s;
const auto mariadb_is_full = "\x17\0\0\0\xff\x10\x04Too many connections"s;
const auto rabbitmq_starts =
    "\x01\0\0\0\0\x01\xf0\0\n\0\n\0\t\0\0\x01\xcb\x0c"
    "capabilitiesF\0\0\0\xc7"s;

/// An error of PostgreSQL with that code.
std::string postgres_error(const std::string& code, const std::string& text) {
  const auto fields = "SFATAL\0C"s + code + "\0M"s + text + "\0\0"s;
  return "E\0\0\0"s + static_cast<char>(fields.size() + 4) + fields;
}

}  // namespace

TEST_CASE("PostgreSQL serves when it asks for a password or refuses us by name") {
  CHECK(serves(judge_postgres, postgres_asks_for_a_password));
  CHECK(serves(judge_postgres, "R\0\0\0\x08\0\0\0\0"s));
  CHECK(serves(judge_postgres, postgres_error("3D000", "database \"sidekick\" does not exist")));
  CHECK(serves(judge_postgres, postgres_error("28000", "no pg_hba.conf entry for host")));
}

TEST_CASE("PostgreSQL does not serve while it starts and its own words say so") {
  CHECK(why_not(judge_postgres, postgres_is_no_primary_yet) ==
        "it says 'the database system is not accepting connections'");
  CHECK(why_not(judge_postgres, postgres_error("57P03", "the database system is starting up")) ==
        "it says 'the database system is starting up'");
}

TEST_CASE("MySQL and MariaDB serve when they greet") {
  CHECK(serves(judge_mysql, mariadb_greets));
  CHECK(why_not(judge_mysql, mariadb_is_full) == "it says 'Too many connections'");
  CHECK(why_not(judge_mysql, "\x1d\0\0\0\xff\x10\x04#08004Too many connections"s) == "it says 'Too many connections'");
}

TEST_CASE("Redis serves when it answers or wants a login") {
  CHECK(serves(judge_redis, "+PONG\r\n"));
  CHECK(serves(judge_redis, "-NOAUTH Authentication required.\r\n"));
  CHECK(why_not(judge_redis, "-LOADING Redis is loading the dataset in memory\r\n") ==
        "it says 'LOADING Redis is loading the dataset in memory'");
  CHECK(why_not(judge_redis, "-ERR max number of clients reached\r\n") ==
        "it says 'ERR max number of clients reached'");
}

TEST_CASE("AMQP serves when it starts the connection") {
  CHECK(serves(judge_amqp, rabbitmq_starts));
  CHECK(why_not(judge_amqp, "AMQP\0\0\x09\x01"s) == "what answers is not AMQP 0-9-1");
}

TEST_CASE("an answer of something else is told apart") {
  const auto web = "HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n"s;
  CHECK(why_not(judge_postgres, web) == "what answers is not PostgreSQL");
  CHECK(why_not(judge_redis, web) == "what answers is not Redis");
  CHECK(why_not(judge_amqp, web) == "what answers is not AMQP 0-9-1");
  CHECK(why_not(judge_mysql, web) == "what answers is not MySQL");
  CHECK(why_not(judge_mysql, "SSH-2.0-OpenSSH_9.2\r\n") == "what answers is not MySQL");
  CHECK(why_not(judge_postgres, "E\xff\xff\xff\xff") == "what answers is not PostgreSQL");
}

TEST_CASE("an answer without end is not waited for") {
  const std::string flood(20'000, 'x');
  for (const Judge judge : {judge_postgres, judge_mysql, judge_redis, judge_amqp}) CHECK(judge(flood).known);
}

TEST_CASE("what a server says is shortened and made printable") {
  const auto reason = why_not(judge_redis, "-ERR \x1b[31m" + std::string(500, 'x') + "\r\n");
  CHECK(reason.size() < 150);
  CHECK(reason.find('\x1b') == std::string::npos);
}

TEST_CASE("PostgreSQL is asked as the user and for the database of the URL") {
  const auto question = postgres_question(parse_url("postgres://shop%20keeper:secret@db/orders%2F1"));
  CHECK(question.find("user\0shop keeper\0database\0orders/1\0"s) != std::string::npos);
  CHECK(question.find("secret") == std::string::npos);
  CHECK(static_cast<std::size_t>(question[3]) == question.size());
}
