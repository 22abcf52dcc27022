#include "watch/beacons.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/encoding.h"
#include "support/recorded_round.h"

namespace stagedoor::watch {
namespace {

const std::string kRandomness = testing::kRandomness;
const std::string kSignature = testing::kSignature;

std::string value_in(const std::string& answer) {
  const auto value = read_beacon(answer, 1'000);
  return value ? to_hex(proof::bytes_of(*value)) : "";
}

}  // namespace

TEST(ABeacon, IsReadFromAnAnswerOfDrand) {
  const std::string signature = R"("signature":")" + kSignature + "\"";
  const std::string randomness = R"("randomness":")" + kRandomness + "\"";
  EXPECT_EQ(value_in("{\"round\":1000," + randomness + "," + signature + "}"), kRandomness);
  EXPECT_EQ(value_in("{ " + signature + ",\n \"round\" : 1000 }"), kRandomness);
  const std::vector<std::string> others = {"",
                                           "{}",
                                           "{\"round\":1001," + randomness + "," + signature + "}",
                                           "{\"round\":1000," + randomness + "}",
                                           "{" + signature + "}",
                                           R"({"round":1000,"randomness":"00",)" + signature + "}",
                                           R"({"round":1000,"signature":""})",
                                           "{\"round\":1000,\"signature\":\"b4",
                                           "{\"round\":1000,\"signature\""};
  for (const std::string& other : others) {
    EXPECT_EQ(value_in(other), "") << other;
  }
}

}  // namespace stagedoor::watch
