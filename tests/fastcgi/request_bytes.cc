#include "fastcgi/request_bytes.h"

#include <gtest/gtest.h>

#include <random>
#include <string_view>
#include <vector>

#include "fastcgi/peer.h"

using namespace stagedoor::testing;
using stagedoor::fastcgi::Arrival;
using stagedoor::fastcgi::arrival_of;

TEST(ARequest, IsWholeWithItsLastByte) {
  const std::string bytes =
      request_bytes({{"NAME", "value"}, {"LONG", std::string(300, 'x')}}, "a body");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_EQ(arrival_of(std::string_view(bytes).substr(0, size)), Arrival::kPartial) << size;
  }
  EXPECT_EQ(arrival_of(bytes), Arrival::kWhole);
  EXPECT_EQ(arrival_of(bytes + "more"), Arrival::kWhole);
}

TEST(ARequest, MayHaveManyRecords) {
  const std::string begin = record(1, std::string("\0\1\0\0\0\0\0\0", 8));
  EXPECT_EQ(arrival_of(begin + record(4, "a") + record(4, "b") + record(4, "") + record(5, "c") +
                       record(5, "d") + record(5, "")),
            Arrival::kWhole);
  EXPECT_EQ(arrival_of(begin + record(4, "") + record(5, "")), Arrival::kWhole);
}

TEST(ARequest, IsNeverReadBeyondItsEndWhateverItsBytes) {
  std::mt19937 random(1);
  const std::string sound = request_bytes({{"NAME", "value"}}, "a body");
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = sound.substr(0, random() % (sound.size() + 1));
    for (int k = 0; k < 3 && !bytes.empty(); ++k) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    // In memory of exactly its size, for the sanitizer to see.
    const std::vector<char> exact(bytes.begin(), bytes.end());
    const Arrival arrival = arrival_of({exact.data(), exact.size()});
    EXPECT_TRUE(arrival != Arrival::kWhole || bytes.size() == sound.size());
  }
}
