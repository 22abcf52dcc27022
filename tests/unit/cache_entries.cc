#include <gtest/gtest.h>

#include "cache/entry.h"

namespace stagedoor::cache {

TEST(CacheEntry, IsReadAsItWasWritten) {
  const Time at{Micros{1'795'980'600'123'456}};
  const std::string text = encode_entry({"00ff", at, 3, "a content with blanks "});
  const auto entry = decode_entry(text);
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->version, "00ff");
  EXPECT_EQ(entry->built_at, at);
  EXPECT_EQ(entry->parts, 3);
  EXPECT_EQ(entry->content, "a content with blanks ");
}

TEST(CacheEntry, IsNothingInAnyOtherForm) {
  ASSERT_TRUE(decode_entry("1 00ff 5 0 "));
  for (const char* text :
       {"", "1", "1 00ff 5 0", "2 00ff 5 0 x", "00ff 5 0 x", "1 00ff x 0 x", "1 00ff 5 -1 x",
        "1 00ff 5 1001 x", "1 00ff 05 0 x", "1 00ff -0 0 x", "1 00ff 5 -0 x", "1 00ff 5 00 x"}) {
    EXPECT_FALSE(decode_entry(text)) << text;
  }
}

}  // namespace stagedoor::cache
