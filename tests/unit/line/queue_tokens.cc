#include "token/queue_token.h"

#include <gtest/gtest.h>

#include <random>

using namespace stagedoor;
using stagedoor::token::QueueTokens;

namespace {

const std::string kKey(64, 'a');
const std::string kOlderKey(64, 'b');
const std::string kForeignKey(64, 'c');
constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

QueueTokenClaims some_claims() {
  return {.token_id = TokenId::make(),
          .user_id = UserId::make(),
          .concert_id = ConcertId{42},
          .entry = Entry{1'000'000},
          .issued_at = Time{Micros{1'795'000'000'123'456}}};
}

void expect_same(const QueueTokenClaims& left, const QueueTokenClaims& right) {
  EXPECT_EQ(left.token_id, right.token_id);
  EXPECT_EQ(left.user_id, right.user_id);
  EXPECT_EQ(left.concert_id, right.concert_id);
  EXPECT_EQ(left.entry, right.entry);
  EXPECT_EQ(left.issued_at, right.issued_at);
}

// One random edit, of the kinds that a transport, a typist or an attacker makes.
std::string mutated(std::string text, std::mt19937& random) {
  const auto below = [&](std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
  };
  const std::size_t at = below(text.size());
  switch (below(9)) {
    case 0:
      text[at] = kAlphabet[below(kAlphabet.size())];
      break;
    case 1:
      text[at] = static_cast<char>(below(256));
      break;
    case 2:
      text[at] = static_cast<char>(static_cast<unsigned char>(text[at]) ^ (1U << below(8)));
      break;
    case 3:
      text.erase(at, 1 + below(4));
      break;
    case 4:
      text.insert(at, 1, kAlphabet[below(kAlphabet.size())]);
      break;
    case 5:
      text.resize(at);
      break;
    case 6:
      std::swap(text[at], text[below(text.size())]);
      break;
    case 7:
      text += below(2) == 0 ? "=" : text.substr(at);
      break;
    default:
      text.insert(at, 1, " .+/=\n"[below(6)]);
  }
  return text;
}

}  // namespace

TEST(QueueTokens, SaysOfATokenWhatWasSigned) {
  const QueueTokens tokens({kKey});
  const QueueTokenClaims claims = some_claims();
  const auto verified = tokens.verify(tokens.sign(claims));
  ASSERT_TRUE(verified);
  expect_same(*verified, claims);
}

TEST(QueueTokens, SignsTheSameClaimsWithTheSameToken) {
  const QueueTokens tokens({kKey});
  const QueueTokenClaims claims = some_claims();
  EXPECT_EQ(tokens.sign(claims), tokens.sign(claims));
}

TEST(QueueTokens, NeverAcceptsAMutation) {
  const QueueTokens tokens({kKey, kOlderKey});
  std::mt19937 random(7);
  int tried = 0;
  while (tried < 10'000) {
    const std::string token = tokens.sign(some_claims());
    const std::string mutation = mutated(token, random);
    if (mutation == token) continue;
    ++tried;
    ASSERT_FALSE(tokens.verify(mutation)) << mutation;
  }
}

TEST(QueueTokens, NeverAcceptsATruncation) {
  const QueueTokens tokens({kKey});
  const std::string token = tokens.sign(some_claims());
  for (std::size_t length = 0; length < token.size(); ++length) {
    EXPECT_FALSE(tokens.verify(token.substr(0, length))) << length;
    EXPECT_FALSE(tokens.verify(token.substr(token.size() - length))) << length;
  }
}

// 32 bytes leave two bits of the last character unused: one of four spellings is right.
TEST(QueueTokens, AcceptsTheCanonicalSpellingOnly) {
  const QueueTokens tokens({kKey});
  const std::string token = tokens.sign(some_claims());
  std::string spelling = token;
  int accepted = 0;
  for (const char last : kAlphabet) {
    spelling.back() = last;
    if (tokens.verify(spelling)) {
      ++accepted;
      EXPECT_EQ(spelling, token);
    }
  }
  EXPECT_EQ(accepted, 1);
  EXPECT_FALSE(tokens.verify(token + "="));
  EXPECT_FALSE(tokens.verify(" " + token));
  EXPECT_FALSE(tokens.verify(token + "\n"));
}

TEST(QueueTokens, DoesNotMixTheClaimsOfOneWithTheSignatureOfAnother) {
  const QueueTokens tokens({kKey});
  const std::string one = tokens.sign(some_claims());
  const std::string other = tokens.sign(some_claims());
  EXPECT_FALSE(tokens.verify(one.substr(0, one.find('.')) + other.substr(other.find('.'))));
}

TEST(QueueTokens, AcceptsAnOlderKeyAndSignsWithTheFirst) {
  const QueueTokens before({kOlderKey});
  const QueueTokens rotated({kKey, kOlderKey});
  const QueueTokens after({kKey});
  const QueueTokenClaims claims = some_claims();
  const auto old = rotated.verify(before.sign(claims));
  ASSERT_TRUE(old);
  expect_same(*old, claims);
  EXPECT_TRUE(after.verify(rotated.sign(claims)));
  EXPECT_FALSE(after.verify(before.sign(claims)));
}

TEST(QueueTokens, RefusesAnotherInstallationsKey) {
  const QueueTokens tokens({kKey, kOlderKey});
  EXPECT_FALSE(tokens.verify(QueueTokens({kForeignKey}).sign(some_claims())));
  EXPECT_FALSE(tokens.verify(QueueTokens({kKey + "a"}).sign(some_claims())));
}

TEST(QueueTokens, RefusesWhatIsNoTokenAtAll) {
  const QueueTokens tokens({kKey});
  for (const std::string& text :
       {std::string(), std::string("."), std::string("a.b"), std::string("..."),
        std::string(100'000, 'A'), std::string(5, '\0'), std::string("\xff\xfe.\x80")}) {
    EXPECT_FALSE(tokens.verify(text));
  }
}
