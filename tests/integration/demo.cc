#include "sale/demo.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "integration/database.h"
#include "integration/database_proxy.h"
#include "support/concurrency.h"

namespace stagedoor::integration {
namespace {

constexpr int kDemoConcerts = 4;

std::int64_t concerts(db::Connection& database) {
  std::int64_t count = 0;
  database.query("SELECT COUNT(*) FROM concerts").read_first(count);
  return count;
}

}  // namespace

TEST(Demo, IsLoadedOnceHoweverManyTryAtOnce) {
  db::Connection database(database_config());
  const std::int64_t before = concerts(database);
  database.execute("DELETE FROM marks WHERE name = 'demo'");
  auto created = testing::parallel(8, 16, [&](std::size_t) {
    db::Connection own(database_config());
    return sale::load_demo(own);
  });
  std::sort(created.begin(), created.end());
  EXPECT_EQ(created.front(), 0);
  EXPECT_EQ(created.back(), kDemoConcerts);
  EXPECT_EQ(std::count(created.begin(), created.end(), 0), 15);
  EXPECT_EQ(concerts(database), before + kDemoConcerts);
}

TEST(Demo, ThatBrokeOffIsLoadedByTheNextWhoTries) {
  DatabaseProxy proxy(database_config());
  db::Connection database(proxy.config());
  const std::int64_t before = concerts(database);
  database.execute("DELETE FROM marks WHERE name = 'demo'");
  proxy.on_next_commit(DatabaseProxy::OnCommit::kCutBefore);
  EXPECT_THROW(sale::load_demo(database), db::CommitInDoubt);
  EXPECT_EQ(concerts(database), before);
  EXPECT_EQ(sale::load_demo(database), kDemoConcerts);
  EXPECT_EQ(concerts(database), before + kDemoConcerts);
}

TEST(Demo, IsNotLoadedASecondTime) {
  db::Connection database(database_config());
  sale::load_demo(database);
  const std::int64_t before = concerts(database);
  EXPECT_EQ(sale::load_demo(database), 0);
  EXPECT_EQ(concerts(database), before);
}

}  // namespace stagedoor::integration
