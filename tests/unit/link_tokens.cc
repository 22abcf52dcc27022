#include "token/link_token.h"

#include <gtest/gtest.h>

#include "token/access_token.h"

namespace stagedoor::token {
namespace {

const std::string kKey(32, 'k');

}  // namespace

TEST(LinkTokens, GiveBackTheirLink) {
  const LinkTokens tokens({kKey});
  const LinkId id = LinkId::make();
  EXPECT_EQ(tokens.verify(tokens.sign(id)), id);
}

TEST(LinkTokens, ThatWereChangedAreRefused) {
  const LinkTokens tokens({kKey});
  const std::string token = tokens.sign(LinkId::make());
  for (std::size_t at = 0; at < token.size(); ++at) {
    std::string other = token;
    other[at] = other[at] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(tokens.verify(other)) << at;
    EXPECT_FALSE(tokens.verify(token.substr(0, at))) << at;
  }
  EXPECT_FALSE(tokens.verify(token + "="));
  EXPECT_FALSE(tokens.verify(LinkTokens({std::string(32, 'l')}).sign(LinkId::make())));
}

TEST(LinkTokens, OfAnOlderKeyAreAcceptedWhileItIsKept) {
  const LinkTokens rotated({std::string(32, 'n'), kKey});
  EXPECT_TRUE(rotated.verify(LinkTokens({kKey}).sign(LinkId::make())));
  EXPECT_FALSE(LinkTokens({kKey}).verify(rotated.sign(LinkId::make())));
}

TEST(LinkTokens, AndAccessTokensAreNotTakenForEachOther) {
  const LinkTokens links({kKey});
  const AccessTokens sessions({kKey});
  const Time now{std::chrono::seconds{1'800'000'000}};
  const std::string session =
      sessions.sign({UserId::make(), Role::kUser, now, now + std::chrono::hours{1}});
  EXPECT_FALSE(links.verify(session));
  EXPECT_FALSE(sessions.verify(links.sign(LinkId::make()), now));
}

}  // namespace stagedoor::token
