#include <gtest/gtest.h>

#include "line/token_record_rules.h"

namespace stagedoor {
namespace {

const Time kAt{Micros{1'795'980'600'123'456}};

}  // namespace

TEST(TokenRecord, IsReadAsItWasWritten) {
  const TokenRecord records[] = {
      {},
      {TokenRecord::Stored::kActive, kAt, std::nullopt, kAt - Micros{1}},
      {TokenRecord::Stored::kExpired, kAt, kAt, kAt, kAt, EndReason::kRevoked},
  };
  for (const TokenRecord& record : records) {
    const std::string text = encode_record(record);
    const auto read = decode_record(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(encode_record(*read), text);
    EXPECT_EQ(read->stored, record.stored);
    EXPECT_EQ(read->claimed_at, record.claimed_at);
    EXPECT_EQ(read->reason, record.reason);
  }
}

TEST(TokenRecord, IsNothingInAnyOtherForm) {
  ASSERT_TRUE(decode_record("1 1 5 - - - 0"));
  for (const char* text : {"", "1", "1 1 5 - - -", "1 1 5 - - - 0 ", "1 1 5 - - - 0 0",
                           " 1 1 5 - - - 0", "1  1 5 - - - 0", "2 1 5 - - - 0", "1 - 5 - - - 0",
                           "1 3 5 - - - 0", "1 -1 5 - - - 0", "1 1 05 - - - 0", "1 1 -0 - - - 0",
                           "1 1 x - - - 0", "1 1 5 - - - 8", "1 1 5 - - - -1", "1 5 - - - 0"}) {
    EXPECT_FALSE(decode_record(text)) << text;
  }
}

}  // namespace stagedoor
