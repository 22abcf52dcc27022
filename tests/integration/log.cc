// The log of a line is that of its rows, whoever writes it and however it grows.
#include "line/log.h"

#include <algorithm>
#include <array>

#include "db/columns.h"
#include "integration/line_fixture.h"
#include "proof/log_entry.h"
#include "proof/merkle.h"

namespace stagedoor {
namespace {

using proof::Hash;
using namespace std::chrono_literals;

const db::Select<proof::LogEntry> kSelectRows(
    {{"place", &proof::LogEntry::entry},
     {"token_id", &proof::LogEntry::token_id},
     {"issued_at", &proof::LogEntry::issued_at}},
    "FROM queue_tokens WHERE concert_id = ? ORDER BY place");

class LogOfALine : public Lines {
 protected:
  void let_join(std::size_t count) {
    for (; count > 0; count -= std::min<std::size_t>(count, 500)) {
      here_.join(concert_, new_users(std::min<std::size_t>(count, 500)));
    }
  }

  // As if the last one had been written long ago.
  line::LogHead write() {
    here_.database.execute("UPDATE line_logs SET written_at = NULL WHERE concert_id = ?", concert_);
    line::write_log(here_.database, concert_, 60s);
    return *line::read_log_head(here_.database, concert_);
  }

  std::vector<std::string> entries() {
    std::vector<std::string> bytes;
    for (const auto& row : kSelectRows.all(here_.database, concert_)) {
      bytes.push_back(proof::encode_entry(row));
    }
    return bytes;
  }

  std::vector<Hash> leaves() {
    std::vector<Hash> hashes;
    for (const std::string& entry : entries()) hashes.push_back(proof::leaf_hash(entry));
    return hashes;
  }

  std::optional<std::string> tile(const char* path) {
    return line::read_tile(here_.database, here_.memcached, concert_,
                           *proof::parse_tile_path(path));
  }

  const ConcertId concert_ = new_line(here_.database, 10);
};

std::string bytes_of(std::span<const Hash> hashes) {
  std::string bytes;
  for (const Hash& hash : hashes) bytes += proof::bytes_of(hash);
  return bytes;
}

}  // namespace

TEST_F(LogOfALine, GrowsWithItAndHasTheRootOfItsRows) {
  EXPECT_EQ(write().root, proof::root_of({}));
  std::int64_t size = 0;
  for (const std::size_t count : {1U, 254U, 1U, 1U, 300U, 700U}) {
    let_join(count);
    size += static_cast<std::int64_t>(count);
    const line::LogHead head = write();
    EXPECT_EQ(head.size, size);
    EXPECT_EQ(head.root, proof::root_of(leaves()));
  }
}

TEST_F(LogOfALine, ServesTilesOfItsRows) {
  let_join(600);
  EXPECT_FALSE(tile("0/000")) << "nothing is served before a checkpoint can vouch for it";
  write();
  const auto hashes = leaves();
  const std::span all(hashes);
  EXPECT_EQ(tile("0/000"), bytes_of(all.first(256)));
  EXPECT_EQ(tile("0/001.p/7"), bytes_of(all.subspan(256, 7)));
  EXPECT_EQ(tile("0/002.p/88"), bytes_of(all.subspan(512, 88)));
  EXPECT_FALSE(tile("0/002.p/89"));
  EXPECT_FALSE(tile("0/002"));
  const std::array parents = {proof::root_of(all.first(256)),
                              proof::root_of(all.subspan(256, 256))};
  EXPECT_EQ(tile("1/000.p/2"), bytes_of(parents));
  EXPECT_EQ(tile("1/000.p/1"), bytes_of(std::span(parents).first(1)));
  EXPECT_FALSE(tile("1/000.p/3"));
  EXPECT_FALSE(tile("2/000.p/1"));
  const auto bytes = entries();
  EXPECT_EQ(tile("entries/002.p/1"), std::string("\0\x30", 2) + bytes[512]);
  EXPECT_EQ(tile("entries/001")->size(), 256U * 50);
}

TEST_F(LogOfALine, OfTwoWhoWriteAtOnceOneLeavesItToTheOther) {
  let_join(3);
  db::transact(here_.database, [&](db::Transaction& transaction) {
    transaction.execute("UPDATE line_logs SET written_at = NULL WHERE concert_id = ?", concert_);
    LineProcess there(server_);
    line::write_log(there.database, concert_, 60s);
    return true;
  });
  EXPECT_EQ(line::read_log_head(here_.database, concert_)->size, 0);
  EXPECT_EQ(write().size, 3);
}

TEST_F(LogOfALine, IsWrittenOnceASecondByWhoLooksAtTheLine) {
  let_join(1);
  EXPECT_TRUE(testing::eventually(20s, [&] {
    EXPECT_TRUE(here_.lines.look(concert_));
    return line::read_log_head(here_.database, concert_)->size == 1;
  }));
  line::write_log(here_.database, concert_, 60s);
  let_join(1);
  const auto behind = line::logs_to_write(here_.database);
  EXPECT_NE(std::find(behind.begin(), behind.end(), concert_), behind.end());
}

TEST_F(LogOfALine, IsNotContinuedOverAGap) {
  let_join(3);
  const auto move_last = [&](std::int64_t from, std::int64_t to) {
    here_.database.execute("UPDATE queue_tokens SET place = ? WHERE concert_id = ? AND place = ?",
                           to, concert_, from);
    here_.database.execute("UPDATE queue_counters SET last_place = ? WHERE concert_id = ?", to,
                           concert_);
  };
  move_last(3, 4);
  EXPECT_THROW(write(), std::runtime_error);
  EXPECT_EQ(line::read_log_head(here_.database, concert_)->size, 0);
  move_last(4, 3);
  EXPECT_EQ(write().size, 3);
}

}  // namespace stagedoor
