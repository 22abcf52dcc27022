// docs/OPERATIONS.md, "Keys": a new line on top signs, the older ones still verify.
#include <gtest/gtest.h>

#include <fstream>

#include "support/vocabulary.h"

using namespace stagedoor::testing;

namespace {

void write_keys(const std::string& lines) {
  std::ofstream(Installation::shared().home() / "secrets/access_token_key") << lines;
  Installation::shared().up();
}

int status_of(const User& user) { return get("/payments", as(user)).status; }

}  // namespace

TEST(TheKeyOfAccessTokens, IsRotatedWithoutSigningAnybodyOut) {
  const std::string older = Installation::shared().secret("access_token_key");
  const std::string newer(64, 'n');
  const User before = new_user();
  write_keys(newer + "\n" + older + "\n");
  EXPECT_EQ(status_of(before), 200);
  const CommandResult minted = Installation::shared().run({"token", "--users", "1"});
  const std::string line = minted.out.substr(0, minted.out.find('\n'));
  const User after = {line.substr(0, line.find(' ')), line.substr(line.find(' ') + 1)};
  EXPECT_EQ(status_of(after), 200);

  write_keys(newer + "\n");
  EXPECT_EQ(status_of(after), 200);
  EXPECT_EQ(status_of(before), 401);

  write_keys(older + "\n");
  EXPECT_EQ(status_of(before), 200);
  EXPECT_EQ(status_of(after), 401);
}
