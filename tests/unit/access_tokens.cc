#include "token/access_token.h"

#include <gtest/gtest.h>
#include <jwt.h>

#include <random>

#include "support/jwt.h"

namespace stagedoor::token {
namespace {

const std::string kSecret = "a secret of this installation, long enough";
constexpr const char* kUser = "0190163d-8694-739b-aea5-966c26f8ad91";
constexpr Time kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};
constexpr const char* kHs256 = R"({"alg":"HS256","typ":"JWT"})";

std::string seconds_from_now(int seconds) {
  const auto now_s = std::chrono::duration_cast<std::chrono::seconds>(kNow.time_since_epoch());
  return std::to_string(now_s.count() + seconds);
}

// Claims that are right, and `more` members behind them.
std::string claims(const std::string& more = "") {
  return std::string(R"({"sub":")") + kUser + R"(","role":"user","exp":)" + seconds_from_now(60) +
         (more.empty() ? "" : "," + more) + "}";
}

std::optional<Identity> verify(const std::string& token, Time now = kNow) {
  return AccessTokens({kSecret}).verify(token, now);
}

bool accepts_claims(const std::string& json) {
  return verify(testing::sign_jwt(kHs256, json, kSecret)).has_value();
}

bool accepts_header(const std::string& json) {
  return verify(testing::sign_jwt(json, claims(), kSecret)).has_value();
}

// Whose token is good for a minute.
Identity holder(Role role, Time issued_at = kNow) {
  return {*UserId::parse(kUser), role, issued_at, kNow + std::chrono::minutes{1}};
}

// Signed rightly with another HMAC of the same secret.
std::string signed_by_library(jwt_alg_t algorithm) {
  jwt_t* jwt = nullptr;
  jwt_new(&jwt);
  jwt_set_alg(jwt, algorithm, reinterpret_cast<const unsigned char*>(kSecret.data()),
              static_cast<int>(kSecret.size()));
  jwt_add_grants_json(jwt, claims().c_str());
  char* encoded = jwt_encode_str(jwt);
  std::string token = encoded == nullptr ? "" : encoded;
  free(encoded);
  jwt_free(jwt);
  return token;
}

std::string valid_token() { return AccessTokens({kSecret}).sign(holder(Role::kUser)); }

std::string mutated(std::string token, std::mt19937& random) {
  const auto below = [&](std::size_t end) { return random() % end; };
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n";
  const char digit = kDigits[below(kDigits.size())];
  switch (below(6)) {
    case 0:
      token[below(token.size())] = digit;
      break;
    case 1:
      token.insert(below(token.size() + 1), 1, digit);
      break;
    case 2:
      token.erase(below(token.size()), 1 + below(4));
      break;
    case 3:
      token[below(token.size())] ^= static_cast<char>(1U << below(8));
      break;
    case 4:
      std::swap(token[below(token.size())], token[below(token.size())]);
      break;
    default:
      token.resize(below(token.size()));
  }
  return token;
}

}  // namespace

TEST(AccessTokens, TellWhoTheirHolderIs) {
  for (const Role role : {Role::kUser, Role::kAdmin}) {
    const Identity signed_one = holder(role, kNow - Micros{123'456});
    const auto identity = verify(AccessTokens({kSecret}).sign(signed_one));
    ASSERT_TRUE(identity);
    EXPECT_EQ(identity->user_id, signed_one.user_id);
    EXPECT_EQ(identity->role, role);
    EXPECT_EQ(identity->issued_at, signed_one.issued_at);
    EXPECT_EQ(identity->expires_at, signed_one.expires_at);
  }
}

TEST(AccessTokens, AreToldApartByWhatIsSigned) {
  const AccessTokens tokens({kSecret});
  const std::string first = tokens.sign(holder(Role::kUser));
  const std::string later = tokens.sign(holder(Role::kUser, kNow + Micros{1}));
  EXPECT_NE(verify(first)->key, verify(later)->key);
  EXPECT_EQ(verify(first)->key, verify(first)->key);
}

TEST(AccessTokens, SayWhenTheyWereIssuedOrNot) {
  const auto issued_at = [](const std::string& more) {
    return verify(testing::sign_jwt(kHs256, claims(more), kSecret))->issued_at;
  };
  EXPECT_EQ(issued_at(""), Time{});
  EXPECT_EQ(issued_at(R"("iat":7)"), Time{std::chrono::seconds{7}});
  EXPECT_EQ(issued_at(R"("iat":7.25)"), Time{std::chrono::milliseconds{7'250}});
  for (const char* iat : {"-1", "\"7\"", "null", "true", "[7]"}) {
    EXPECT_FALSE(accepts_claims(claims(std::string(R"("iat":)") + iat))) << iat;
  }
}

TEST(AccessTokens, AreAcceptedFromAnyoneWhoKnowsTheSecret) {
  EXPECT_TRUE(accepts_claims(claims()));
  EXPECT_TRUE(accepts_claims(claims(R"("iat":1,"iss":"x","aud":["y"])")));
  EXPECT_TRUE(accepts_header(R"({"alg":"HS256"})"));
}

TEST(AccessTokens, EndAtTheirExpiry) {
  const std::string token = testing::sign_jwt(kHs256, claims(), kSecret);
  EXPECT_TRUE(verify(token, kNow + std::chrono::milliseconds{59'999}));
  EXPECT_FALSE(verify(token, kNow + std::chrono::seconds{60}));
  EXPECT_FALSE(verify(token, kNow + std::chrono::days{1}));
}

TEST(AccessTokens, NeedAnExpiryThatIsAWholeNumber) {
  const auto with_expiry = [](const std::string& member) {
    return std::string(R"({"sub":")") + kUser + R"(","role":"user")" + member + "}";
  };
  EXPECT_TRUE(accepts_claims(with_expiry(",\"exp\":" + seconds_from_now(1))));
  for (const std::string& expiry :
       {std::string(), std::string(",\"exp\":null"), std::string(",\"exp\":true"),
        std::string(",\"exp\":1e300"), ",\"exp\":\"" + seconds_from_now(60) + "\"",
        ",\"exp\":" + seconds_from_now(60) + ".5", std::string(",\"exp\":0"),
        std::string(",\"exp\":-1"), std::string(",\"exp\":99999999999999999999999999"),
        ",\"exp\":" + seconds_from_now(0)}) {
    EXPECT_FALSE(accepts_claims(with_expiry(expiry))) << expiry;
  }
}

TEST(AccessTokens, AreNotInForceBeforeTheirBegin) {
  EXPECT_TRUE(accepts_claims(claims("\"nbf\":" + seconds_from_now(0))));
  EXPECT_TRUE(accepts_claims(claims("\"nbf\":" + seconds_from_now(-60))));
  EXPECT_FALSE(accepts_claims(claims("\"nbf\":" + seconds_from_now(1))));
  EXPECT_FALSE(accepts_claims(claims("\"nbf\":\"" + seconds_from_now(-60) + "\"")));
  EXPECT_FALSE(accepts_claims(claims("\"nbf\":null")));
}

TEST(AccessTokens, NameAUserByUuid) {
  const auto of = [](const std::string& subject) {
    return accepts_claims("{" + subject + "\"role\":\"user\",\"exp\":" + seconds_from_now(60) +
                          "}");
  };
  EXPECT_TRUE(of(std::string("\"sub\":\"") + kUser + "\","));
  for (const char* subject :
       {"", "\"sub\":\"\",", "\"sub\":\"admin\",", "\"sub\":1,", "\"sub\":null,",
        "\"sub\":[\"0190163d-8694-739b-aea5-966c26f8ad91\"],",
        "\"sub\":\"0190163d8694739baea5966c26f8ad91\","}) {
    EXPECT_FALSE(of(subject)) << subject;
  }
}

TEST(AccessTokens, KnowTwoRolesAndTakeNoneForAUser) {
  const auto role_of = [](const std::string& member) -> std::optional<Role> {
    const std::string json = std::string(R"({"sub":")") + kUser + "\"," + member +
                             "\"exp\":" + seconds_from_now(60) + "}";
    const auto identity = verify(testing::sign_jwt(kHs256, json, kSecret));
    return identity ? identity->role : std::optional<Role>{};
  };
  EXPECT_EQ(role_of(R"("role":"user",)"), Role::kUser);
  EXPECT_EQ(role_of(R"("role":"admin",)"), Role::kAdmin);
  EXPECT_EQ(role_of(""), Role::kUser);
  for (const char* member : {R"("role":"Admin",)", R"("role":"root",)", R"("role":"",)",
                             R"("role":["admin"],)", R"("role":1,)", R"("role":null,)"}) {
    EXPECT_EQ(role_of(member), std::nullopt) << member;
  }
}

TEST(AccessTokens, OfAnotherKeyAreRefused) {
  for (const std::string& key :
       {std::string(), std::string("another secret of another installation"), kSecret + "x",
        kSecret.substr(1), std::string(kSecret.size(), '\0')}) {
    EXPECT_FALSE(verify(testing::sign_jwt(kHs256, claims(), key))) << key;
  }
}

TEST(AccessTokens, OfAnOlderSecretAreAcceptedWhileItIsKept) {
  const std::string newer = "a newer secret of this installation, long enough";
  const std::string older_token = valid_token();
  const AccessTokens rotated(std::vector<std::string>{newer, kSecret});
  EXPECT_TRUE(rotated.verify(older_token, kNow));
  const std::string newer_token = rotated.sign(holder(Role::kUser));
  EXPECT_TRUE(rotated.verify(newer_token, kNow));
  EXPECT_FALSE(verify(newer_token));
  EXPECT_FALSE(AccessTokens({newer}).verify(older_token, kNow));
}

TEST(AccessTokens, WithoutASignatureAreRefused) {
  const std::string body = testing::base64url(claims());
  for (const char* header :
       {R"({"alg":"none"})", R"({"alg":"None"})", R"({"alg":"NONE"})", R"({"alg":""})",
        R"({"alg":null})", R"({"typ":"JWT"})", R"({})", R"({"alg":"HS256"})"}) {
    const std::string unsigned_part = testing::base64url(header) + "." + body;
    EXPECT_FALSE(verify(unsigned_part)) << header;
    EXPECT_FALSE(verify(unsigned_part + ".")) << header;
    EXPECT_FALSE(verify(unsigned_part + "..")) << header;
  }
}

TEST(AccessTokens, OfAnyOtherAlgorithmAreRefusedWhateverSignedThem) {
  EXPECT_TRUE(verify(signed_by_library(JWT_ALG_HS256)));
  for (const jwt_alg_t algorithm : {JWT_ALG_HS384, JWT_ALG_HS512, JWT_ALG_NONE}) {
    const std::string token = signed_by_library(algorithm);
    ASSERT_NE(token, "");
    EXPECT_FALSE(verify(token)) << token;
  }
  for (const char* algorithm :
       {"none", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "PS256", "EdDSA",
        "HS257", "", "HS256 ", "hs256", "Hs256"}) {
    const std::string header = std::string(R"({"alg":")") + algorithm + R"(","typ":"JWT"})";
    EXPECT_FALSE(accepts_header(header)) << header;
  }
}

TEST(AccessTokens, WithANameTwiceOrWhatIsNotUnderstoodAreRefused) {
  EXPECT_FALSE(accepts_claims(claims(R"("role":"admin")")));
  EXPECT_FALSE(accepts_claims(claims(R"("sub":"0190163d-8694-739b-aea5-966c26f8ad92")")));
  EXPECT_FALSE(accepts_header(R"({"alg":"HS256","alg":"HS256"})"));
  EXPECT_FALSE(accepts_header(R"({"alg":"HS256","crit":["exp"]})"));
  EXPECT_FALSE(accepts_header(R"({"alg":"HS256","crit":[]})"));
}

TEST(AccessTokens, ThatAreCutOffAreRefused) {
  const std::string token = valid_token();
  ASSERT_TRUE(verify(token));
  for (std::size_t length = 0; length < token.size(); ++length) {
    ASSERT_FALSE(verify(token.substr(0, length))) << length;
  }
  EXPECT_FALSE(verify(token + "A"));
  EXPECT_FALSE(verify(token + "="));
  EXPECT_FALSE(verify(token + "."));
  EXPECT_FALSE(verify(token + ".x"));
  EXPECT_FALSE(verify(" " + token));
  EXPECT_FALSE(verify(token + std::string("\0x", 2)));
}

TEST(AccessTokens, PutTogetherFromTwoOthersAreRefused) {
  const std::string user = valid_token();
  const std::string admin = AccessTokens({kSecret}).sign(holder(Role::kAdmin));
  const auto signature = [](const std::string& token) { return token.substr(token.rfind('.')); };
  const auto signed_part = [](const std::string& token) {
    return token.substr(0, token.rfind('.'));
  };
  EXPECT_FALSE(verify(signed_part(admin) + signature(user)));
  EXPECT_FALSE(verify(signed_part(user) + signature(admin)));
}

TEST(AccessTokens, AreNeverAcceptedAfterARandomChange) {
  std::mt19937 random{20'261'121};
  const std::string token = valid_token();
  for (int i = 0; i < 10'000; ++i) {
    const std::string other = mutated(token, random);
    if (other == token) continue;
    ASSERT_FALSE(verify(other)) << other;
  }
}

TEST(AccessTokens, MadeOfGarbageAreRefused) {
  const std::string long_part(100'000, 'A');
  for (const std::string& text :
       {std::string(), std::string("."), std::string(".."), std::string("..."),
        std::string("x.y.z"), long_part, long_part + "." + long_part + "." + long_part,
        testing::base64url("{") + ".e.s",
        testing::base64url("[]") + "." + testing::base64url("[]") + ".x"}) {
    EXPECT_FALSE(verify(text)) << text.substr(0, 40);
  }
  EXPECT_FALSE(accepts_claims("[]"));
  EXPECT_FALSE(accepts_claims("{"));
  EXPECT_FALSE(accepts_claims(""));
  EXPECT_FALSE(accepts_header("[]"));
  EXPECT_FALSE(accepts_header(""));
}

}  // namespace stagedoor::token
