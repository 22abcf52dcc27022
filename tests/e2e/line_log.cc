// API.md, "Fairness that strangers can check": the log of a line, its admissions, the keys, and the
// program that checks them, which finds what an operator has tampered with.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "support/queue.h"
#include "support/temporary_folder.h"

using namespace stagedoor::testing;
using namespace std::chrono_literals;

namespace {

constexpr const char* kVerifier = STAGEDOOR_SOURCE_DIR "/web/verify/line.py";

Installation& installation() { return Installation::shared(); }

std::string log_path(const Json& concert, const std::string& rest) {
  return concert_path(concert) + "/log/" + rest;
}

// As if nothing had been written within the last second.
void let_log_be_written(const Json& concert) {
  installation().query("UPDATE line_logs SET written_at = NULL WHERE concert_id = " +
                       id_of(concert));
}

CommandResult check_line(const Json& concert, std::vector<std::string> options = {}) {
  let_log_be_written(concert);
  std::vector<std::string> arguments = {"python3", "-B", kVerifier, installation().origin(),
                                        id_of(concert)};
  arguments.insert(arguments.end(), options.begin(), options.end());
  return run_command(arguments);
}

void expect_right(const CommandResult& check) {
  EXPECT_EQ(check.exit_code, 0) << check.out << check.err;
  EXPECT_NE(check.out.find("all is right"), std::string::npos) << check.out;
}

void expect_wrong(const CommandResult& check, const std::string& what) {
  EXPECT_EQ(check.exit_code, 1) << check.out << check.err;
  EXPECT_NE(check.err.find(what), std::string::npos) << check.err;
}

// A line of 300, of whom ten were let in one by one, and its first checkpoint in a file of a fan's.
class TamperedLine : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    concert_ = create_concert({.settings = {{"max_active", 10}}});
    join_in_order(12, concert_);
    const auto users = new_users(288);
    parallel(8, users.size(), [&](std::size_t i) { return joined(users[i], concert_).exists(); });
    folder_ = std::make_unique<TemporaryFolder>();
    expect_right(check_line(concert_, {"--seen", seen()}));
  }
  static void TearDownTestSuite() { folder_.reset(); }

  static std::string seen() { return (folder_->path() / "checkpoint").string(); }

  // Changes rows, and has the log written anew as if it had always been so; then back.
  static void expect_found(const std::string& change, const std::string& undo,
                           const std::string& what) {
    rewrite(change);
    expect_wrong(check_line(concert_, {"--seen", seen()}), what);
    rewrite(undo);
    expect_right(check_line(concert_, {"--seen", seen()}));
  }

  static void rewrite(const std::string& change) {
    installation().query(
        "SET @concert = " + id_of(concert_) + ", check_constraint_checks = 0;" + change +
        ";UPDATE line_logs SET size = 0, root = UNHEX(SHA2('', 256)), frontier = CHAR(1),"
        " written_at = NULL WHERE concert_id = @concert");
  }

  static Json concert_;
  static std::unique_ptr<TemporaryFolder> folder_;
};

Json TamperedLine::concert_;
std::unique_ptr<TemporaryFolder> TamperedLine::folder_;

}  // namespace

TEST(AJoin, SaysItsEntryInTheLog) {
  const Json concert = create_concert({.settings = {{"max_active", 1}}});
  const auto states = join_in_order(3, concert);
  for (std::size_t i = 0; i < states.size(); ++i) {
    EXPECT_EQ(states[i]["entry"].integer(), static_cast<std::int64_t>(i) + 1);
    EXPECT_EQ(state_of(states[i])["entry"].integer(), static_cast<std::int64_t>(i) + 1);
  }
}

TEST(TheKeys, ArePublic) {
  const Response answer = get("/keys");
  ASSERT_EQ(answer.status, 200);
  const Json key = answer.json()["items"][0];
  EXPECT_EQ(key["use"].text(), "log");
  EXPECT_EQ(key["algorithm"].text(), "Ed25519");
  EXPECT_EQ(key["key_id"].text().size(), 16U);
  EXPECT_EQ(key["public_key"].text().size(), 44U);
  EXPECT_EQ(get("/keys", {{"If-None-Match", answer.header("ETag")}}).status, 304);
}

TEST(TheAdmissions, AreListedOldestFirstWithTheirLimits) {
  const Json concert = create_concert({.settings = {{"max_active", 3}}});
  const auto states = join_in_order(5, concert);
  const std::string path = concert_path(concert) + "/admissions";
  const auto records = all_items(path + "?limit=2");
  std::int64_t front = 0;
  for (const Json& record : records) {
    EXPECT_EQ(record["after_place"].integer(), front);
    front = record["up_to_place"].integer();
    EXPECT_TRUE(is_time(record["admitted_at"].text()));
    EXPECT_EQ(record["active_after"].integer(), front);
    EXPECT_EQ(record["max_active"].integer(), 3);
    EXPECT_EQ(record["admit_per_minute"].integer(), 0);
  }
  EXPECT_EQ(front, 3);
  const Response page = get(path + "?limit=1");
  EXPECT_EQ(page.header("Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(get(path + "?limit=1", {{"If-None-Match", page.header("ETag")}}).status, 304);
  EXPECT_EQ(get(path).header("Cache-Control"), "public, max-age=1");
  expect_problem(get("/concerts/999999999/admissions"), 404, "not_found");
  expect_invalid(get(path + "?limit=0&cursor=%21"), {"limit", "cursor"});
}

TEST(TheLog, IsServedAsCheckpointAndTiles) {
  const Json concert = create_concert({.settings = {{"max_active", 1}}});
  join_in_order(3, concert);
  let_log_be_written(concert);
  const Response checkpoint = get(log_path(concert, "checkpoint"));
  ASSERT_EQ(checkpoint.status, 200) << checkpoint;
  EXPECT_EQ(checkpoint.header("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_NE(checkpoint.body.find("/concerts/" + id_of(concert) + "\n3\n"), std::string::npos)
      << checkpoint.body;
  const Response tile = get(log_path(concert, "tile/entries/000.p/3"));
  ASSERT_EQ(tile.status, 200) << tile;
  EXPECT_EQ(tile.body.size(), 150U);
  EXPECT_EQ(tile.header("Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(get(log_path(concert, "tile/0/000.p/2")).body.size(), 64U);
  for (const char* none : {"tile/0/000", "tile/0/000.p/4", "tile/1/000.p/1", "tile/0/001.p/1",
                           "tile/entries/000", "tile/nothing", "tile/0/x000/000"}) {
    expect_problem(get(log_path(concert, none)), 404, "not_found");
  }
  expect_problem(get("/concerts/999999999/log/checkpoint"), 404, "not_found");
}

TEST(AStranger, FindsALineThatWasKeptRight) {
  const Json concert = create_concert({.settings = {{"max_active", 2}, {"admit_per_minute", 600}}});
  const auto states = join_in_order(5, concert);
  leave(states[0]["token"].text());
  ASSERT_TRUE(becomes(states[2], "ACTIVE"));
  const CommandResult check = check_line(concert, {"--token", states[4]["token_id"].text()});
  expect_right(check);
  EXPECT_NE(check.out.find("entry 5, place 5, 1 at most in front"), std::string::npos) << check.out;
  expect_wrong(check_line(concert, {"--token", new_user().user_id}), "not in the log");
  expect_wrong(check_line(concert, {"--key", "1mrXvAcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10Q="}),
               "signed by none of the keys");
}

TEST_F(TamperedLine, IsFoundWhenAJoinWasInserted) {
  expect_found(
      "UPDATE queue_tokens SET place = place + 1 WHERE concert_id = @concert AND place > 100"
      " ORDER BY place DESC;"
      "UPDATE queue_counters SET last_place = last_place + 1 WHERE concert_id = @concert;"
      "INSERT INTO queue_tokens (token_id, concert_id, user_id, place, status, live, issued_at)"
      " SELECT REVERSE(token_id), concert_id, REVERSE(user_id), 101, 'WAITING', TRUE, issued_at"
      " FROM queue_tokens WHERE concert_id = @concert AND place = 100",
      "DELETE FROM queue_tokens WHERE concert_id = @concert AND place = 101;"
      "UPDATE queue_counters SET last_place = last_place - 1 WHERE concert_id = @concert;"
      "UPDATE queue_tokens SET place = place - 1 WHERE concert_id = @concert AND place > 101"
      " ORDER BY place",
      "two signed checkpoints contradict each other");
}

TEST_F(TamperedLine, IsFoundWhenAJoinWasRemoved) {
  expect_found(
      "UPDATE queue_tokens SET concert_id = -concert_id WHERE concert_id = @concert AND place = 50;"
      "UPDATE queue_counters SET last_place = last_place - 1 WHERE concert_id = @concert;"
      "UPDATE queue_tokens SET place = place - 1 WHERE concert_id = @concert AND place > 50"
      " ORDER BY place",
      "UPDATE queue_tokens SET place = place + 1 WHERE concert_id = @concert AND place >= 50"
      " ORDER BY place DESC;"
      "UPDATE queue_counters SET last_place = last_place + 1 WHERE concert_id = @concert;"
      "UPDATE queue_tokens SET concert_id = @concert WHERE concert_id = -@concert",
      "two signed checkpoints contradict each other");
}

TEST_F(TamperedLine, IsFoundWhenTwoJoinsWereSwapped) {
  const std::string swap =
      "UPDATE queue_tokens SET place = -1 WHERE concert_id = @concert AND place = 11;"
      "UPDATE queue_tokens SET place = 11 WHERE concert_id = @concert AND place = 12;"
      "UPDATE queue_tokens SET place = 12 WHERE concert_id = @concert AND place = -1";
  expect_found(swap, swap, "joined before the one in front of it");
  // With their times as well: a checkpoint of the same size and another root is signed.
  const std::string times =
      ";SELECT issued_at INTO @at FROM queue_tokens WHERE concert_id = @concert AND place = 11;"
      "UPDATE queue_tokens t JOIN queue_tokens o ON o.concert_id = t.concert_id AND o.place = 12"
      " SET t.issued_at = o.issued_at WHERE t.concert_id = @concert AND t.place = 11;"
      "UPDATE queue_tokens SET issued_at = @at WHERE concert_id = @concert AND place = 12";
  expect_found(swap + times, swap + times, "two signed checkpoints contradict each other");
}

TEST_F(TamperedLine, IsFoundWhenItsLogIsNotThatOfItsRows) {
  installation().query("UPDATE line_logs SET root = REVERSE(root) WHERE concert_id = " +
                       id_of(concert_));
  expect_wrong(check_line(concert_), "not that of the entries");
  rewrite("DO 0");
  expect_right(check_line(concert_));
}

TEST_F(TamperedLine, IsFoundWhenAnAdmissionIsOutOfOrder) {
  const std::string second =
      "(SELECT * FROM (SELECT admission FROM admissions WHERE concert_id = @concert"
      " ORDER BY admission LIMIT 1 OFFSET 1) AS second)";
  expect_found(
      "UPDATE admissions SET front_before = front_before - 1 WHERE concert_id = @concert"
      " AND admission = " +
          second,
      "UPDATE admissions SET front_before = front_before + 1 WHERE concert_id = @concert"
      " AND admission = " +
          second,
      "is out of order");
}

TEST_F(TamperedLine, IsFoundWhenALimitWasExceeded) {
  expect_found("UPDATE admissions SET max_active = 9 WHERE concert_id = @concert",
               "UPDATE admissions SET max_active = 10 WHERE concert_id = @concert",
               "exceeds max_active");
  expect_found("UPDATE admissions SET admit_per_minute = 1 WHERE concert_id = @concert",
               "UPDATE admissions SET admit_per_minute = 0 WHERE concert_id = @concert",
               "faster than 1 a minute");
}
