// Access tokens of an outside identity provider.
#include <gtest/gtest.h>

#include "support/jwt.h"
#include "token/access_token.h"

namespace stagedoor::token {
namespace {

using testing::KeyPair;

constexpr const char* kUser = "0190163d-8694-739b-aea5-966c26f8ad91";
constexpr Time kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};

std::string seconds_from_now(int seconds) {
  const auto now_s = std::chrono::duration_cast<std::chrono::seconds>(kNow.time_since_epoch());
  return std::to_string(now_s.count() + seconds);
}

std::string header(const std::string& algorithm, const std::string& kid) {
  return R"({"alg":")" + algorithm + R"(","typ":"JWT","kid":")" + kid + R"("})";
}

constexpr const char* kForHere =
    R"("iss":"https://login.example.org","aud":"https://tickets.example.org")";

// Claims that are right, `exp` too, and `more` members behind them.
std::string claims_with(const std::string& more, const std::string& for_whom = kForHere) {
  return std::string(R"({"sub":")") + kUser + R"(","exp":)" + seconds_from_now(60) +
         (for_whom.empty() ? "" : ",") + for_whom + (more.empty() ? "" : ",") + more + "}";
}

std::string claims(const std::string& role = "user") {
  return claims_with(R"("role":")" + role + "\"");
}

const KeyPair& rsa() {
  static const KeyPair pair = KeyPair::rsa();
  return pair;
}

const KeyPair& elliptic() {
  static const KeyPair pair = KeyPair::elliptic();
  return pair;
}

AccessTokens provider() {
  PublicKeys keys;
  keys.emplace("r1", *PublicKey::parse(rsa().public_pem()));
  keys.emplace("e1", *PublicKey::parse(elliptic().public_pem()));
  return {keys,
          {.issuer = "https://login.example.org",
           .audience = "https://tickets.example.org",
           .role_claim = "role",
           .roles = {{"admin", Role::kAdmin}, {"user", Role::kUser}}}};
}

bool accepts(const std::string& token) { return provider().verify(token, kNow).has_value(); }

bool accepts_claims(const std::string& json) {
  return accepts(elliptic().sign_jwt(header("ES256", "e1"), json));
}

}  // namespace

TEST(AnIdentityProvider, SignsWithTheKeyThatKidNames) {
  for (const char* role : {"user", "admin"}) {
    for (const std::string& token : {rsa().sign_jwt(header("RS256", "r1"), claims(role)),
                                     elliptic().sign_jwt(header("ES256", "e1"), claims(role))}) {
      const auto identity = provider().verify(token, kNow);
      ASSERT_TRUE(identity) << token;
      EXPECT_EQ(identity->user_id.text(), kUser);
      EXPECT_EQ(role_name(identity->role), role);
    }
  }
}

TEST(AnIdentityProvider, DoesNotLetTheInstallationSign) {
  EXPECT_FALSE(provider().can_sign());
  EXPECT_TRUE(AccessTokens({std::string(64, 'a')}).can_sign());
}

TEST(AnIdentityProvider, IsNotSpokenForByAnotherKey) {
  const KeyPair stranger = KeyPair::rsa();
  EXPECT_FALSE(accepts(stranger.sign_jwt(header("RS256", "r1"), claims())));
  EXPECT_FALSE(accepts(KeyPair::elliptic().sign_jwt(header("ES256", "e1"), claims())));
}

TEST(AnIdentityProvider, IsRefusedWithoutAKnownKid) {
  for (const std::string& text :
       {std::string(R"({"alg":"RS256"})"), header("RS256", ""), header("RS256", "r2"),
        header("RS256", "R1"), header("RS256", "../r1"), header("RS256", "e1"),
        std::string(R"({"alg":"RS256","kid":null})"), std::string(R"({"alg":"RS256","kid":1})"),
        std::string(R"({"alg":"RS256","kid":["r1"]})")}) {
    EXPECT_FALSE(accepts(rsa().sign_jwt(text, claims()))) << text;
  }
}

// The public key is known to all: its bytes as a secret must sign nothing.
TEST(AnIdentityProvider, IsNotImitatedWithTheBytesOfItsPublicKey) {
  for (const auto& [kid, pem] :
       {std::pair{"r1", rsa().public_pem()}, std::pair{"e1", elliptic().public_pem()}}) {
    for (const char* algorithm : {"HS256", "hs256", "RS256", "ES256"}) {
      EXPECT_FALSE(accepts(testing::sign_jwt(header(algorithm, kid), claims("admin"), pem)))
          << algorithm;
    }
    std::string bare = pem;
    bare.pop_back();
    EXPECT_FALSE(accepts(testing::sign_jwt(header("HS256", kid), claims("admin"), bare)));
  }
}

TEST(AnIdentityProvider, DoesNotMixAlgorithms) {
  EXPECT_FALSE(accepts(rsa().sign_jwt(header("ES256", "e1"), claims())));
  EXPECT_FALSE(accepts(elliptic().sign_jwt(header("RS256", "r1"), claims())));
  for (const char* algorithm : {"RS384", "RS512", "PS256", "ES384", "rs256", "", "RS256 "}) {
    EXPECT_FALSE(accepts(rsa().sign_jwt(header(algorithm, "r1"), claims()))) << algorithm;
  }
}

TEST(AnIdentityProvider, DoesNotSignWithNothing) {
  for (const char* algorithm : {"none", "None", "NONE"}) {
    const std::string part =
        testing::base64url(header(algorithm, "r1")) + "." + testing::base64url(claims("admin"));
    EXPECT_FALSE(accepts(part)) << algorithm;
    EXPECT_FALSE(accepts(part + ".")) << algorithm;
    EXPECT_FALSE(accepts(rsa().sign_jwt(header(algorithm, "r1"), claims("admin")))) << algorithm;
  }
  const std::string token = rsa().sign_jwt(header("RS256", "r1"), claims());
  EXPECT_FALSE(accepts(token.substr(0, token.rfind('.') + 1)));
  EXPECT_FALSE(accepts(token.substr(0, token.rfind('.'))));
}

TEST(AnIdentityProvider, IsHeldToTheSameClaims) {
  const std::string sub = std::string(R"("sub":")") + kUser + "\"," + kForHere;
  const std::string exp = R"("exp":)" + seconds_from_now(60);
  EXPECT_TRUE(accepts_claims("{" + sub + "," + exp + "}"));
  for (const std::string& json :
       {"{" + sub + "}", std::string("{") + kForHere + "," + exp + "}",
        "{" + sub + R"(,"exp":)" + seconds_from_now(0) + "}",
        "{" + sub + "," + exp + R"(,"nbf":)" + seconds_from_now(1) + "}",
        std::string(R"({"sub":"auth0|1234",)") + kForHere + "," + exp + "}"}) {
    EXPECT_FALSE(accepts_claims(json)) << json;
  }
}

TEST(AnIdentityProvider, IsHeardOnlyInTokensForThisInstallation) {
  EXPECT_TRUE(accepts_claims(claims_with(
      "", R"("iss":"https://login.example.org","aud":["other","https://tickets.example.org"])")));
  for (const char* for_whom :
       {"", R"("iss":"https://login.example.org")", R"("aud":"https://tickets.example.org")",
        R"("iss":"https://evil.example.org","aud":"https://tickets.example.org")",
        R"("iss":"https://login.example.org/","aud":"https://tickets.example.org")",
        R"("iss":["https://login.example.org"],"aud":"https://tickets.example.org")",
        R"("iss":"https://login.example.org","aud":"another-client")",
        R"("iss":"https://login.example.org","aud":["another-client"])",
        R"("iss":"https://login.example.org","aud":[])",
        R"("iss":"https://login.example.org","aud":{"a":"https://tickets.example.org"})",
        R"("iss":"https://login.example.org","aud":["https://tickets.example.org "])"}) {
    EXPECT_FALSE(accepts_claims(claims_with("", for_whom))) << for_whom;
  }
}

TEST(AnIdentityProvider, IsHeardForADayAhead) {
  const auto with_expiry = [](int seconds) {
    return std::string(R"({"sub":")") + kUser + "\"," + kForHere + R"(,"exp":)" +
           seconds_from_now(seconds) + "}";
  };
  EXPECT_TRUE(accepts_claims(with_expiry(86'400)));
  EXPECT_FALSE(accepts_claims(with_expiry(86'401)));
  EXPECT_FALSE(accepts_claims(with_expiry(2'000'000'000)));
}

// Two readers of one token must not find two different users in it.
TEST(AnIdentityProvider, IsRefusedWithANameThatIsThereTwice) {
  EXPECT_FALSE(accepts_claims(claims_with(R"("sub":"0190163d-8694-739b-aea5-966c26f8ad92")")));
  EXPECT_FALSE(accepts_claims(claims_with(R"("role":"user","role":"admin")")));
  EXPECT_FALSE(accepts(elliptic().sign_jwt(R"({"alg":"ES256","kid":"e1","kid":"e1"})", claims())));
}

TEST(AnIdentityProvider, GivesTheRolesThatAreMappedAndNoOthers) {
  const auto role_of = [](const std::string& more) {
    return provider()
        .verify(elliptic().sign_jwt(header("ES256", "e1"), claims_with(more)), kNow)
        ->role;
  };
  EXPECT_EQ(role_of(""), Role::kUser);
  EXPECT_EQ(role_of(R"("role":"admin")"), Role::kAdmin);
  EXPECT_EQ(role_of(R"("role":["reader","admin"])"), Role::kAdmin);
  EXPECT_EQ(role_of(R"("role":"root")"), Role::kUser);
  EXPECT_EQ(role_of(R"("role":"Admin")"), Role::kUser);
  EXPECT_EQ(role_of(R"("role":{"admin":true})"), Role::kUser);
  EXPECT_EQ(role_of(R"("roles":"admin")"), Role::kUser);
}

TEST(AnIdentityProvider, MakesNoAdminsByDefault) {
  PublicKeys keys;
  keys.emplace("e1", *PublicKey::parse(elliptic().public_pem()));
  const AccessTokens tokens(
      keys, {.issuer = "https://login.example.org", .audience = "https://tickets.example.org"});
  const auto identity =
      tokens.verify(elliptic().sign_jwt(header("ES256", "e1"), claims("admin")), kNow);
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->role, Role::kUser);
}

TEST(AnIdentityProvider, IsRefusedWhenItAsksForWhatIsNotUnderstood) {
  EXPECT_FALSE(accepts(
      rsa().sign_jwt(R"({"alg":"RS256","kid":"r1","crit":["b64"],"b64":false})", claims())));
}

TEST(AnIdentityProvider, IsNotAcceptedAfterAnyByteChanged) {
  const std::string token = elliptic().sign_jwt(header("ES256", "e1"), claims());
  ASSERT_TRUE(accepts(token));
  const AccessTokens tokens = provider();
  for (std::size_t at = 0; at + 1 < token.size(); ++at) {
    std::string other = token;
    other[at] = other[at] == 'A' ? 'B' : 'A';
    ASSERT_FALSE(tokens.verify(other, kNow)) << at;
    ASSERT_FALSE(tokens.verify(token.substr(0, at), kNow)) << at;
  }
}

TEST(APublicKey, IsRsaOf2048BitsOrOnTheCurveP256) {
  EXPECT_TRUE(PublicKey::parse(rsa().public_pem()));
  EXPECT_TRUE(PublicKey::parse(elliptic().public_pem()));
  const std::pair<std::string, std::string> refused[] = {
      {KeyPair::rsa(1'024).public_pem(), "2048"},
      {KeyPair::elliptic("P-384").public_pem(), "P-256"},
      {KeyPair::elliptic("secp256k1").public_pem(), "P-256"},
      {KeyPair::ed25519().public_pem(), "neither"},
      {"", "PEM"},
      {"a secret", "PEM"},
      {rsa().public_pem().substr(0, 200), "PEM"},
  };
  for (const auto& [pem, reason] : refused) {
    const auto key = PublicKey::parse(pem);
    ASSERT_FALSE(key) << pem;
    EXPECT_NE(key.error().find(reason), std::string::npos) << key.error();
  }
}

}  // namespace stagedoor::token
