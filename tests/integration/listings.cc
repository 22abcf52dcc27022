#include "sale/listings.h"

#include <gtest/gtest.h>

#include <fstream>

#include "integration/cache_fixture.h"
#include "integration/database.h"
#include "sale/cache_keys.h"
#include "sale/concerts.h"
#include "support/temporary_folder.h"

namespace stagedoor::sale {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::chrono::milliseconds kWithin{20'000};

NewConcert small_hall() {
  NewConcert concert;
  concert.settings.title = "A concert";
  concert.settings.artist = "The Artists";
  concert.settings.venue = "The Hall";
  NewDate date{.starts_at = system_now() + hours{100}};
  date.seats = {{4, 5, "balcony", "S", Money{200}, "B_{n}"}, {1, 2, {}, "R", Money{100}, {}}};
  concert.dates.push_back(date);
  return concert;
}

// A host: its folder and one of its processes.
struct Host {
  Host(db::Connection& database, cache::Memcached& memcached)
      : listings(database, memcached, folder.path()) {}

  testing::TemporaryFolder folder;
  Listings listings;
};

class ListingsTest : public cache::Cache {
 protected:
  ListingsTest() {
    const CreatedConcert created = create_concert(database_, small_hall());
    date_ = {created.concert.id, created.dates.front().id};
  }

  [[nodiscard]] ListingFiles files(const Host& host) const { return {host.folder.path(), date_}; }

  [[nodiscard]] SeatsReading reading_at(Time time, const std::string& version = "ab") const {
    return {.read_at = time, .version = version, .taken = {{SeatStatus::kSold, 2, 4}}};
  }

  db::Connection database_{database_config()};
  ListedDate date_{};
};

}  // namespace

TEST_F(ListingsTest, AreFilesThatTheWebServerIsToldOf) {
  Host host(database_, memcached_);
  EXPECT_FALSE(host.listings.name(date_, false));
  // The name is good for half a second, which a busy machine may let pass.
  ASSERT_TRUE(testing::eventually(kWithin, [&] {
    const auto found = host.listings.find(date_, false);
    const auto named = host.listings.name(date_, false);
    return found && named && named->file == found->file && named->version == found->version;
  }));
  const auto listing = host.listings.find(date_, false);
  const std::string path =
      std::to_string(date_.concert_id.value) + "-" + std::to_string(date_.date_id.value);
  EXPECT_EQ(listing->file, path + "/" + listing->version + ".json");
  EXPECT_EQ(host.listings.body_of(*listing),
            R"({"concert_id":)" + std::to_string(date_.concert_id.value) + R"(,"date_id":)" +
                std::to_string(date_.date_id.value) + R"(,"version":")" + listing->version +
                R"(","seats":[)"
                R"({"number":1,"label":"1","section":null,"grade":"R","price":100,)"
                R"("status":"AVAILABLE"},)"
                R"({"number":2,"label":"2","section":null,"grade":"R","price":100,)"
                R"("status":"AVAILABLE"},)"
                R"({"number":4,"label":"B_1","section":"balcony","grade":"S","price":200,)"
                R"("status":"AVAILABLE"},)"
                R"({"number":5,"label":"B_2","section":"balcony","grade":"S","price":200,)"
                R"("status":"AVAILABLE"}]})");
}

TEST_F(ListingsTest, OfADateOfAnotherConcertAreNone) {
  Host host(database_, memcached_);
  const ListedDate wrong{{date_.concert_id.value + 1'000'000}, date_.date_id};
  EXPECT_FALSE(host.listings.find(wrong, false));
  EXPECT_FALSE(host.listings.name(wrong, false));
  EXPECT_TRUE(std::filesystem::is_empty(host.folder.path()));
}

TEST_F(ListingsTest, AreTheSameOnEveryHost) {
  Host one(database_, memcached_);
  Host other(database_, memcached_);
  const auto of_one = one.listings.find(date_, false);
  const auto of_other = other.listings.find(date_, false);
  ASSERT_TRUE(of_one && of_other);
  EXPECT_EQ(of_one->version, of_other->version);
  EXPECT_EQ(one.listings.body_of(*of_one), other.listings.body_of(*of_other));
}

TEST_F(ListingsTest, AreWrittenFromWhatAnotherHostHasRead) {
  ASSERT_TRUE(testing::eventually(kWithin, [&] {
    memcached_.set(seats_reading_entry(date_.concert_id, date_.date_id),
                   encode_reading(reading_at(database_.now())), cache::kLong);
    Host host(database_, memcached_);
    const auto listing = host.listings.find(date_, true);
    if (!listing || listing->version != "ab") return false;
    const std::string body = host.listings.body_of(*listing);
    EXPECT_EQ(body.find(R"("number":2,)"), std::string::npos) << body;
    EXPECT_NE(body.find(R"("number":5,)"), std::string::npos) << body;
    return true;
  }));
}

TEST_F(ListingsTest, AreReadByEachHostWithoutMemcached) {
  const testing::TemporaryFolder folder;
  cache::Memcached none({folder.path() / "none.sock"}, cache::kPrefix, cache::kPatience);
  Host host(database_, none);
  const auto listing = host.listings.find(date_, false);
  ASSERT_TRUE(listing);
  EXPECT_FALSE(listing->file.empty());
}

TEST_F(ListingsTest, AreAnsweredWhereTheyCannotBeWritten) {
  Host host(database_, memcached_);
  Host full(database_, memcached_);
  std::filesystem::remove(full.folder.path());
  std::ofstream(full.folder.path()) << "a file where the folder should be";
  for (const bool available_only : {false, true}) {
    const auto written = host.listings.find(date_, available_only);
    const auto listing = full.listings.find(date_, available_only);
    ASSERT_TRUE(written && listing);
    EXPECT_EQ(listing->file, "");
    EXPECT_EQ(listing->version, written->version);
    EXPECT_EQ(full.listings.body_of(*listing), host.listings.body_of(*written));
  }
  EXPECT_FALSE(full.listings.name(date_, false));
}

TEST_F(ListingsTest, WaitForABuilderButNotForLong) {
  Host host(database_, memcached_);
  files(host).create();
  const auto lock = files(host).lock();
  const auto listing = host.listings.find(date_, false);
  ASSERT_TRUE(listing);
  EXPECT_EQ(listing->file, "");
  EXPECT_NE(listing->body, "");
}

TEST_F(ListingsTest, OfTheFutureAreNone) {
  Host host(database_, memcached_);
  files(host).create();
  ASSERT_TRUE(files(host).set_reading(reading_at(database_.now() + hours{1})));
  ASSERT_TRUE(files(host).write("ab", false, "{}"));
  EXPECT_FALSE(host.listings.name(date_, false));
  const auto listing = host.listings.find(date_, false);
  ASSERT_TRUE(listing);
  EXPECT_NE(listing->version, "ab");
}

// The content of a file that was written just before the power failed may be lost.
TEST_F(ListingsTest, AreWrittenAnewAfterAPause) {
  Host host(database_, memcached_);
  const auto before = host.listings.find(date_, false);
  ASSERT_TRUE(before);
  ASSERT_TRUE(files(host).set_reading(reading_at(database_.now() - minutes{1}, before->version)));
  std::ofstream(host.folder.path() / before->file).flush();
  const auto after = host.listings.find(date_, false);
  ASSERT_TRUE(after);
  EXPECT_EQ(after->version, before->version);
  EXPECT_NE(host.listings.body_of(*after), "");
}

}  // namespace stagedoor::sale
