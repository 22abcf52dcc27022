#include "sale/listing_files.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

#include "base/gzip.h"
#include "support/temporary_folder.h"

namespace stagedoor::sale {
namespace {

namespace fs = std::filesystem;

constexpr ListedDate kDate{{3}, {7}};
constexpr ListedDate kOtherDate{{3}, {8}};

class ListingFilesTest : public ::testing::Test {
 protected:
  // Those of the date, by name.
  [[nodiscard]] std::set<std::string> names() const {
    std::set<std::string> found;
    for (const auto& entry : fs::directory_iterator(folder() / "3-7")) {
      found.insert(entry.path().filename());
    }
    return found;
  }
  [[nodiscard]] std::string content(const std::string& name) const {
    std::ifstream file(folder() / "3-7" / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  [[nodiscard]] fs::path folder() const { return home_.path() / "listings"; }

  testing::TemporaryFolder home_;
  ListingFiles files_{folder(), kDate};
};

// As if the last builder had been there that long ago.
void leave_idle(const fs::path& place) {
  fs::last_write_time(
      place, fs::file_time_type::clock::now() - ListingFiles::kIdleMax - std::chrono::seconds{1});
}

}  // namespace

TEST_F(ListingFilesTest, AreThereInBothFormsOnceTheyAreWritten) {
  EXPECT_FALSE(files_.exist());
  files_.create();
  EXPECT_TRUE(files_.exist());
  EXPECT_FALSE(files_.has("ab", false));
  ASSERT_TRUE(files_.write("ab", false, "{}"));
  EXPECT_TRUE(files_.has("ab", false));
  EXPECT_FALSE(files_.has("ab", true));
  ASSERT_TRUE(files_.write("ab", true, "[]"));
  EXPECT_EQ(files_.name_of("ab", false), "3-7/ab.json");
  EXPECT_EQ(files_.name_of("ab", true), "3-7/ab.available.json");
  EXPECT_EQ(content("ab.json"), "{}");
  EXPECT_EQ(content("ab.json.gz"), gzip("{}"));
  EXPECT_EQ(content("ab.available.json"), "[]");
  EXPECT_EQ(content("ab.available.json.gz"), gzip("[]"));
}

TEST_F(ListingFilesTest, KnowWhatWasReadLast) {
  EXPECT_FALSE(files_.reading(/*head_only=*/true));
  files_.create();
  const SeatsReading reading = {
      .read_at = Time{Micros{5}}, .version = "ab", .taken = {{SeatStatus::kSold, 1, 90'000}}};
  ASSERT_TRUE(files_.set_reading(reading));
  EXPECT_EQ(files_.reading(/*head_only=*/false)->taken, reading.taken);
  EXPECT_EQ(files_.reading(/*head_only=*/true)->version, "ab");
  EXPECT_EQ(files_.reading(/*head_only=*/true)->read_at, reading.read_at);
}

TEST_F(ListingFilesTest, KeepTheLastTwoVersionsAndNothingThatAKilledBuilderLeft) {
  files_.create();
  for (const char* version : {"aa", "bb", "cc"}) {
    EXPECT_TRUE(files_.write(version, false, version));
    EXPECT_TRUE(files_.write(version, true, version));
  }
  EXPECT_TRUE(files_.set_reading({.version = "cc"}));
  std::ofstream(folder() / "3-7" / "cc.json.new") << "half of";
  std::ofstream(folder() / "3-7" / "reading.new") << "half of";
  std::ifstream open_before(folder() / "3-7" / "aa.json");
  files_.keep_only("cc", "bb");
  EXPECT_EQ(names(),
            (std::set<std::string>{"bb.json", "bb.json.gz", "bb.available.json",
                                   "bb.available.json.gz", "cc.json", "cc.json.gz",
                                   "cc.available.json", "cc.available.json.gz", "reading"}));
  std::string still_read;
  open_before >> still_read;
  EXPECT_EQ(still_read, "aa");
}

TEST_F(ListingFilesTest, HaveOneBuilderAtATime) {
  EXPECT_FALSE(files_.lock().is_held()) << "there is nothing to build in";
  files_.create();
  {
    const auto lock = files_.lock();
    EXPECT_TRUE(lock.is_held());
    EXPECT_FALSE(files_.lock().is_held());
  }
  EXPECT_TRUE(files_.lock().is_held());
}

TEST_F(ListingFilesTest, OfIdleDatesGoWhenAnotherDateComes) {
  files_.create();
  EXPECT_TRUE(files_.write("aa", false, "{}"));
  ListingFiles(folder(), kOtherDate).create();
  EXPECT_TRUE(files_.exist());
  leave_idle(folder() / "3-7");
  {
    const auto lock = files_.lock();
    ListingFiles(folder(), kOtherDate).create();
    EXPECT_TRUE(files_.exist()) << "a builder is at work";
  }
  leave_idle(folder() / "3-7");
  ListingFiles(folder(), kOtherDate).create();
  EXPECT_FALSE(files_.exist());
}

TEST_F(ListingFilesTest, ThatCannotBeWrittenAreNotThere) {
  std::ofstream(folder()) << "a file where the folder should be";
  files_.create();
  EXPECT_FALSE(files_.exist());
  EXPECT_FALSE(files_.write("aa", false, "{}"));
  EXPECT_FALSE(files_.set_reading({.version = "aa"}));
  files_.keep_only("aa", "");
}

}  // namespace stagedoor::sale
