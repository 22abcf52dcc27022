// An installation whose users come from an outside identity provider.
#include <gtest/gtest.h>

#include <ctime>
#include <fstream>
#include <thread>
#include <tuple>

#include "support/jwt.h"
#include "support/temporary_folder.h"
#include "support/vocabulary.h"

using namespace stagedoor::testing;

namespace {

constexpr const char* kUser = "0190b7c2-0000-7000-8000-00000000000a";
constexpr const char* kAdmin = "0190b7c2-0000-7000-8000-00000000000b";

std::string claims(const std::string& subject, const std::string& role) {
  return R"({"sub":")" + subject + R"(","groups":[")" + role + R"("],"exp":)" +
         std::to_string(std::time(nullptr) + 600) +
         R"(,"iss":"https://login.example.org","aud":"https://tickets.example.org"})";
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

std::string header(const std::string& algorithm, const std::string& kid) {
  return R"({"alg":")" + algorithm + R"(","kid":")" + kid + R"("})";
}

// A folder of public keys that goes away with it.
class KeyFolder {
 public:
  void add(const std::string& kid, const std::string& pem) const {
    std::ofstream(folder_.path() / (kid + ".pem")) << pem;
  }
  void remove(const std::string& kid) const {
    std::filesystem::remove(folder_.path() / (kid + ".pem"));
  }
  [[nodiscard]] std::string path() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
};

// The provider and the installation that trusts it, one for all tests of this file.
struct World {
  KeyPair rsa = KeyPair::rsa();
  KeyPair elliptic = KeyPair::elliptic();
  KeyFolder folder;
  std::unique_ptr<Installation> installation;

  World() {
    folder.add("r1", rsa.public_pem());
    folder.add("e1", elliptic.public_pem());
    installation = std::make_unique<Installation>(
        Variables{{"STAGEDOOR_IDENTITY_KEYS", folder.path()},
                  {"STAGEDOOR_IDENTITY_ISSUER", "https://login.example.org"},
                  {"STAGEDOOR_IDENTITY_AUDIENCE", "https://tickets.example.org"},
                  {"STAGEDOOR_IDENTITY_ROLE_CLAIM", "groups box office=admin"}});
  }
};

class WithAnIdentityProvider : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { world_ = std::make_unique<World>(); }
  static void TearDownTestSuite() { world_.reset(); }

  static Response call(const Request& request) {
    return HttpClient(world_->installation->origin()).send(request);
  }
  static Response balance(const std::string& token) {
    return call(
        {.path = "/api/v1/users/" + std::string(kUser) + "/balance", .headers = {bearer(token)}});
  }
  static std::string rsa_token(const std::string& subject, const std::string& role) {
    return world_->rsa.sign_jwt(header("RS256", "r1"), claims(subject, role));
  }
  static std::string elliptic_token(const std::string& subject, const std::string& role) {
    return world_->elliptic.sign_jwt(header("ES256", "e1"), claims(subject, role));
  }

  static inline std::unique_ptr<World> world_;
};

}  // namespace

TEST_F(WithAnIdentityProvider, AnUnknownSubjectIsANewUserWithNothing) {
  const Response first = balance(rsa_token(kUser, "user"));
  ASSERT_EQ(first.status, 200) << first;
  EXPECT_EQ(first.json()["balance"].integer(), 0);
  EXPECT_TRUE(first.json()["name"].is_null());
  EXPECT_EQ(balance(elliptic_token(kUser, "user")).status, 200);
  const Response user = call({.path = "/api/v1/users/" + std::string(kUser),
                              .headers = {bearer(rsa_token(kUser, "user"))}});
  EXPECT_TRUE(user.json()["email"].is_null()) << user;
}

TEST_F(WithAnIdentityProvider, AMappedRoleInTheTokenCounts) {
  const std::string body = to_json(NewConcert{});
  const auto create = [&](const std::string& token) {
    return call({.method = "POST",
                 .path = "/api/v1/admin/concerts",
                 .headers = {bearer(token), {"Content-Type", "application/json"}},
                 .body = body});
  };
  EXPECT_EQ(create(elliptic_token(kAdmin, "box office")).status, 201);
  expect_problem(create(elliptic_token(kAdmin, "user")), 403, "forbidden");
  expect_problem(create(elliptic_token(kAdmin, "admin")), 403, "forbidden");
}

TEST_F(WithAnIdentityProvider, ForgedTokensAreRefused) {
  const std::string admin = claims(kUser, "admin");
  const std::string own_secret = world_->installation->secret("access_token_key");
  const std::string public_rsa = world_->rsa.public_pem();
  const std::string unsigned_part = base64url(header("none", "r1")) + "." + base64url(admin);
  const std::string forged[] = {
      sign_jwt(header("HS256", "r1"), admin, public_rsa),
      sign_jwt(header("RS256", "r1"), admin, public_rsa),
      sign_jwt(header("HS256", "r1"), admin, own_secret),
      sign_jwt(R"({"alg":"HS256","typ":"JWT"})", admin, own_secret),
      unsigned_part + ".",
      unsigned_part,
      KeyPair::rsa().sign_jwt(header("RS256", "r1"), admin),
      world_->rsa.sign_jwt(header("RS256", "e1"), admin),
      world_->rsa.sign_jwt(header("RS256", "r2"), admin),
      world_->rsa.sign_jwt(R"({"alg":"RS256"})", admin),
      world_->rsa.sign_jwt(header("RS384", "r1"), admin),
      world_->elliptic.sign_jwt(header("RS256", "r1"), admin),
      // What another client of the provider holds, or one that should have ended long ago.
      world_->rsa.sign_jwt(header("RS256", "r1"), replaced(admin, "tickets.", "other.")),
      world_->rsa.sign_jwt(header("RS256", "r1"), replaced(admin, "login.", "evil.")),
      world_->rsa.sign_jwt(header("RS256", "r1"), replaced(admin, "\"exp\":", "\"exp\":9")),
      world_->rsa.sign_jwt(header("RS256", "r1"), replaced(admin, "{", R"({"sub":"x",)")),
      world_->rsa.sign_jwt(R"({"alg":"RS256","kid":"r1","crit":["b64"]})", admin),
  };
  for (const std::string& token : forged) {
    SCOPED_TRACE(token.substr(0, 60));
    expect_problem(balance(token), 401, "unauthenticated");
  }
}

TEST_F(WithAnIdentityProvider, TheInstallationKeepsNoAccountsAndMakesNoTokens) {
  const std::string user = "/users/" + std::string(kUser);
  const std::string password = R"("password":"correct horse battery")";
  const std::string address = R"("email":"mina@example.org")";
  const std::vector<std::tuple<std::string, std::string, std::string>> calls = {
      {"POST", "/users", R"({"name":"Mina",)" + address + "," + password + "}"},
      {"POST", "/sessions", "{" + address + "," + password + "}"},
      {"POST", "/password-resets", "{" + address + "}"},
      {"PATCH", user, R"({"name":"Mina"})"},
      {"DELETE", user, "{" + password + "}"},
      {"PUT", user + "/password", R"({"current_password":"of before",)" + password + "}"}};
  for (const auto& [method, path, body] : calls) {
    SCOPED_TRACE(method + " " + path);
    expect_problem(
        call({.method = method,
              .path = "/api/v1" + path,
              .headers = {bearer(rsa_token(kUser, "user")), {"Content-Type", "application/json"}},
              .body = body}),
        404, "not_found");
  }
  const CommandResult minted = world_->installation->run({"token", "--admin"});
  EXPECT_EQ(minted.exit_code, 1);
  EXPECT_EQ(minted.out, "");
  EXPECT_NE(minted.err.find("identity provider"), std::string::npos) << minted.err;
}

TEST_F(WithAnIdentityProvider, ASessionEndsHereAlthoughItsTokenIsGoodThere) {
  const std::string token = elliptic_token(kUser, "user");
  const std::string other = rsa_token(kUser, "user");
  ASSERT_EQ(balance(token).status, 200);
  EXPECT_EQ(
      call({.method = "DELETE", .path = "/api/v1/sessions/current", .headers = {bearer(token)}})
          .status,
      204);
  std::this_thread::sleep_for(std::chrono::seconds(2));
  expect_problem(balance(token), 401, "unauthenticated");
  EXPECT_EQ(balance(other).status, 200);
}

TEST_F(WithAnIdentityProvider, KeysAreAddedAndTakenAwayByUp) {
  const KeyPair next = KeyPair::elliptic();
  const std::string token = next.sign_jwt(header("ES256", "e2"), claims(kUser, "user"));
  expect_problem(balance(token), 401, "unauthenticated");
  world_->folder.add("e2", next.public_pem());
  world_->installation->up();
  EXPECT_EQ(balance(token).status, 200);
  EXPECT_EQ(balance(rsa_token(kUser, "user")).status, 200);
  world_->folder.remove("e2");
  world_->installation->up();
  expect_problem(balance(token), 401, "unauthenticated");
}

TEST_F(WithAnIdentityProvider, ABadKeyIsNamedAndChangesNothing) {
  world_->folder.add("weak", KeyPair::rsa(1'024).public_pem());
  const CommandResult up = world_->installation->run({"up"});
  world_->folder.remove("weak");
  EXPECT_EQ(up.exit_code, 1);
  EXPECT_NE(up.err.find("weak.pem has less than 2048 bits"), std::string::npos) << up.err;
  EXPECT_EQ(balance(rsa_token(kUser, "user")).status, 200);
}
