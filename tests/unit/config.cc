#include "base/config.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace stagedoor {
namespace {

const std::string kKey(64, 'a');
const std::string kOlderKey(64, 'b');

// A home with good secrets, and an environment that names nothing else.
class LoadConfig : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = std::filesystem::temp_directory_path() / "stagedoor.XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    home_ = pattern;
    std::filesystem::create_directory(home_ / "secrets");
    write("secrets/access_token_key", kKey + "\n");
    write("secrets/queue_token_keys", kKey + "\n" + kOlderKey + "\n");
    write("secrets/log_keys", kKey + "\n");
    write("secrets/db_password", "0123456789abcdef\n");
    for (const char* name : kNames) unsetenv(name);
    set("STAGEDOOR_HOME", home_);
  }

  void TearDown() override {
    for (const char* name : kNames) unsetenv(name);
    std::filesystem::remove_all(home_);
  }

  void write(const std::string& name, const std::string& content) const {
    std::ofstream(home_ / name) << content;
  }
  static void set(const char* name, const std::string& value) { setenv(name, value.c_str(), 1); }

  static ConfigProblems problems() {
    const auto config = load_config();
    return config ? ConfigProblems{} : config.error();
  }

  static constexpr const char* kNames[] = {"STAGEDOOR_HOME",
                                           "STAGEDOOR_DB",
                                           "STAGEDOOR_MEMCACHED",
                                           "STAGEDOOR_MEMCACHED_TIMEOUT",
                                           "STAGEDOOR_CURRENCY",
                                           "STAGEDOOR_ACCESS_TOKEN_TTL",
                                           "STAGEDOOR_IDENTITY_KEYS",
                                           "STAGEDOOR_IDENTITY_ISSUER",
                                           "STAGEDOOR_IDENTITY_AUDIENCE",
                                           "STAGEDOOR_IDENTITY_ROLE_CLAIM",
                                           "STAGEDOOR_WAIT_MAX"};
  std::filesystem::path home_;
};

bool mentions(const ConfigProblems& problems, const std::string& text) {
  for (const std::string& problem : problems) {
    if (problem.find(text) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST(ParseSettings, ReadsNamesAndValuesAndNothingElse) {
  const auto settings = parse_settings(
      "# a comment\n"
      "\n"
      "STAGEDOOR_PORT=8080\n"
      "  STAGEDOOR_CURRENCY =  EUR \t\r\n"
      "   # STAGEDOOR_MEMCACHED=never:1\n"
      "STAGEDOOR_DB=mysql://u:p=w#d@h/s\n"
      "STAGEDOOR_MEMCACHED=\n"
      "STAGEDOOR_PORT=$(reboot) `x` \"y\"");
  ASSERT_TRUE(settings);
  EXPECT_EQ(*settings, (Settings{{"STAGEDOOR_PORT", "$(reboot) `x` \"y\""},
                                 {"STAGEDOOR_CURRENCY", "EUR"},
                                 {"STAGEDOOR_DB", "mysql://u:p=w#d@h/s"},
                                 {"STAGEDOOR_MEMCACHED", ""}}));
  EXPECT_TRUE(parse_settings("")->empty());
}

TEST(ParseSettings, NamesEveryBadLineAtOnce) {
  const auto settings = parse_settings(
      "STAGEDOOR_PORT\n"
      "STAGEDOOR_PORT=1\n"
      "STAGEDOOR_TYPO=1\n"
      "export STAGEDOOR_PORT=1\n"
      "=1\n"
      "STAGEDOOR_HOME=/\n"
      "stagedoor_port=1\n");
  ASSERT_FALSE(settings);
  EXPECT_EQ(
      settings.error(),
      (ConfigProblems{"line 1 is not NAME=VALUE", "line 3: unknown setting 'STAGEDOOR_TYPO'",
                      "line 4: unknown setting 'export STAGEDOOR_PORT'",
                      "line 5: unknown setting ''", "line 6: unknown setting 'STAGEDOOR_HOME'",
                      "line 7: unknown setting 'stagedoor_port'"}));
}

TEST(ParseDatabaseUrl, ReadsItsParts) {
  const struct {
    const char* url;
    const char *user, *password, *host;
    int port;
    const char* schema;
  } cases[] = {
      {"mysql://u:p@db.example:3307/stage", "u", "p", "db.example", 3307, "stage"},
      {"mysql://u:p@127.0.0.1/stage", "u", "p", "127.0.0.1", 3306, "stage"},
      {"mysql://u@h/s", "u", "", "h", 3306, "s"},
      {"mysql://u:@h/s", "u", "", "h", 3306, "s"},
      {"mysql://u:a:b@h/s", "u", "a:b", "h", 3306, "s"},
      {"mysql://u:a@b@h/s", "u", "a@b", "h", 3306, "s"},
      {"mysql://u:a/b@h/s", "u", "a/b", "h", 3306, "s"},
      {"mysql://u%40x:%2f%3A%25@h/s", "u@x", "/:%", "h", 3306, "s"},
      {"mysql://u:p@[::1]:3307/s", "u", "p", "[::1]", 3307, "s"},
      {"mysql://u:p@[::1]/s", "u", "p", "[::1]", 3306, "s"},
  };
  for (const auto& c : cases) {
    const auto config = parse_database_url(c.url);
    ASSERT_TRUE(config) << c.url;
    EXPECT_EQ(config->user, c.user) << c.url;
    EXPECT_EQ(config->password, c.password) << c.url;
    EXPECT_EQ(config->host, c.host) << c.url;
    EXPECT_EQ(config->port, c.port) << c.url;
    EXPECT_EQ(config->schema, c.schema) << c.url;
    EXPECT_EQ(config->unix_socket, "") << c.url;
  }
}

TEST(ParseDatabaseUrl, ReadsWhatTlsShallVerify) {
  const struct {
    const char* options;
    DatabaseTls tls;
    const char* ca_file;
  } cases[] = {
      {"", DatabaseTls::kNone, ""},
      {"?tls=required", DatabaseTls::kRequired, ""},
      {"?tls=required&ca=/etc/ca.pem", DatabaseTls::kRequired, "/etc/ca.pem"},
      {"?tls=verify-ca&ca=/etc/ca.pem", DatabaseTls::kVerifyCa, "/etc/ca.pem"},
      {"?tls=verify-identity", DatabaseTls::kVerifyIdentity, ""},
      {"?tls=verify-identity&ca=/a%20b/%40?.pem", DatabaseTls::kVerifyIdentity, "/a b/@?.pem"},
  };
  for (const auto& c : cases) {
    const auto config = parse_database_url(std::string("mysql://u:p?q@h:1/s") + c.options);
    ASSERT_TRUE(config) << c.options;
    EXPECT_EQ(config->password, "p?q") << c.options;
    EXPECT_EQ(config->schema, "s") << c.options;
    EXPECT_EQ(config->tls, c.tls) << c.options;
    EXPECT_EQ(config->ca_file, c.ca_file) << c.options;
  }
}

TEST(ParseDatabaseUrl, RefusesEverythingElseWithoutRepeatingThePassword) {
  for (const char* url : {"",
                          "mysql://",
                          "mysql://secret",
                          "mysql://u:secret@h",
                          "mysql://u:secret@h/",
                          "mysql://u:secret@/s",
                          "mysql://u:secret@:3306/s",
                          "mysql://:secret@h/s",
                          "mysql://h/s",
                          "mysql://u:secret@h:0/s",
                          "mysql://u:secret@h:65536/s",
                          "mysql://u:secret@h:/s",
                          "mysql://u:secret@h:x/s",
                          "mysql://u:secret%@h/s",
                          "mysql://u:secret%4@h/s",
                          "mysql://u:secret%zz@h/s",
                          "postgres://u:secret@h/s",
                          "MYSQL://u:secret@h/s",
                          " mysql://u:secret@h/s",
                          "mysql://u:secret@h/s?",
                          "mysql://u:secret@h/s?tls=",
                          "mysql://u:secret@h/s?tls=yes",
                          "mysql://u:secret@h/s?ca=/x",
                          "mysql://u:secret@h?tls=required",
                          "mysql://u:secret@h/s?tls=required&x=y",
                          "mysql://u:secret@h/s?tls=verify-ca",
                          "mysql://u:secret@h/s?tls=verify-ca&ca=",
                          "mysql://u:secret@h/s?tls=verify-ca&ca=x.pem"}) {
    const auto config = parse_database_url(url);
    ASSERT_FALSE(config) << url;
    EXPECT_EQ(config.error().find("secret"), std::string::npos) << url;
  }
}

TEST_F(LoadConfig, NeedsNothingButTheHomeAndItsSecrets) {
  const auto config = load_config();
  ASSERT_TRUE(config) << ::testing::PrintToString(config.error());
  EXPECT_EQ(config->home, home_);
  EXPECT_EQ(config->database.unix_socket, home_ / "run/mariadb.sock");
  EXPECT_EQ(config->database.user, "stagedoor");
  EXPECT_EQ(config->database.schema, "stagedoor");
  EXPECT_EQ(config->database.password, "0123456789abcdef");
  EXPECT_EQ(config->memcached_servers, std::vector<std::string>{home_ / "run/memcached.sock"});
  EXPECT_EQ(config->currency, "KRW");
  EXPECT_EQ(config->access_token_ttl, std::chrono::hours{24});
  EXPECT_EQ(config->access_token_secrets, std::vector<std::string>{kKey});
  EXPECT_TRUE(config->identity_keys.empty());
  EXPECT_EQ(config->queue_token_keys, (std::vector<std::string>{kKey, kOlderKey}));
  EXPECT_EQ(config->log_keys, std::vector<std::string>{kKey});
}

TEST_F(LoadConfig, PutsTheEnvironmentOverTheFileOverTheDefaults) {
  write("stagedoor.conf", "STAGEDOOR_CURRENCY=EUR\nSTAGEDOOR_ACCESS_TOKEN_TTL=60\n");
  set("STAGEDOOR_CURRENCY", "USD");
  set("STAGEDOOR_ACCESS_TOKEN_TTL", "");
  const auto config = load_config();
  ASSERT_TRUE(config);
  EXPECT_EQ(config->currency, "USD");
  EXPECT_EQ(config->access_token_ttl, std::chrono::seconds{60}) << "empty is as good as not set";
}

TEST_F(LoadConfig, TakesADefaultForASettingThatTheFileLeavesEmpty) {
  write("stagedoor.conf", "STAGEDOOR_CURRENCY=\nSTAGEDOOR_MEMCACHED=\n");
  const auto config = load_config();
  ASSERT_TRUE(config) << ::testing::PrintToString(config.error());
  EXPECT_EQ(config->currency, "KRW");
  EXPECT_EQ(config->memcached_servers, std::vector<std::string>{home_ / "run/memcached.sock"});
  EXPECT_EQ(config->memcached_timeout, std::chrono::milliseconds{25});
  EXPECT_EQ(config->wait_max, std::chrono::milliseconds{900});
}

TEST_F(LoadConfig, TakesOutsideServersInsteadOfThePrivateOnes) {
  std::filesystem::remove(home_ / "secrets/db_password");
  set("STAGEDOOR_DB", "mysql://u:p@db.example:3307/stage");
  set("STAGEDOOR_MEMCACHED_TIMEOUT", "40");
  set("STAGEDOOR_MEMCACHED", "one:11211, 10.0.0.2:11212 ,/run/m.sock,[::1]:11211");
  const auto config = load_config();
  ASSERT_TRUE(config) << ::testing::PrintToString(config.error());
  EXPECT_EQ(config->database.host, "db.example");
  EXPECT_EQ(config->database.unix_socket, "");
  EXPECT_EQ(config->memcached_timeout, std::chrono::milliseconds{40});
  EXPECT_EQ(config->memcached_servers, (std::vector<std::string>{"one:11211", "10.0.0.2:11212",
                                                                 "/run/m.sock", "[::1]:11211"}));
}

TEST_F(LoadConfig, NamesAllProblemsAtOnce) {
  write("stagedoor.conf", "STAGEDOOR_TYPO=1\n");
  write("secrets/access_token_key", "short\n");
  std::filesystem::remove(home_ / "secrets/queue_token_keys");
  set("STAGEDOOR_DB", "mysql://nobody");
  set("STAGEDOOR_MEMCACHED", "good:11211,bad,:1,x:0,y:65536");
  set("STAGEDOOR_MEMCACHED_TIMEOUT", "1001");
  set("STAGEDOOR_WAIT_MAX", "99");
  set("STAGEDOOR_CURRENCY", "won");
  set("STAGEDOOR_ACCESS_TOKEN_TTL", "0");
  const ConfigProblems found = problems();
  for (const char* text :
       {"stagedoor.conf: line 1", "access_token_key", "queue_token_keys", "STAGEDOOR_DB",
        "'bad' is not host:port", "':1' is not host:port", "'x:0' is not", "'y:65536' is not",
        "STAGEDOOR_MEMCACHED_TIMEOUT: '1001'", "STAGEDOOR_WAIT_MAX: '99'",
        "STAGEDOOR_CURRENCY: 'won'", "STAGEDOOR_ACCESS_TOKEN_TTL: '0'"}) {
    EXPECT_TRUE(mentions(found, text)) << text << "\n" << ::testing::PrintToString(found);
  }
  EXPECT_EQ(found.size(), 12U) << ::testing::PrintToString(found);
}

TEST_F(LoadConfig, SaysSoWhenItIsToldToUseNoCacheServerAtAll) {
  set("STAGEDOOR_MEMCACHED", ",");
  EXPECT_TRUE(mentions(problems(), "STAGEDOOR_MEMCACHED"));
}

TEST_F(LoadConfig, NeverShowsASecret) {
  write("secrets/access_token_key", "tooshortasecret\n");
  set("STAGEDOOR_DB", "mysql://u:hunter2@:1/s");
  const ConfigProblems found = problems();
  EXPECT_EQ(found.size(), 2U);
  EXPECT_FALSE(mentions(found, "tooshortasecret"));
  EXPECT_FALSE(mentions(found, "hunter2"));
}

TEST_F(LoadConfig, RefusesALifetimeOfTokensThatMakesNoSense) {
  for (const char* ttl : {"-1", "0", "1.5", "1h", " ", "31622401", "99999999999999999999"}) {
    set("STAGEDOOR_ACCESS_TOKEN_TTL", ttl);
    EXPECT_TRUE(mentions(problems(), "STAGEDOOR_ACCESS_TOKEN_TTL")) << ttl;
  }
  set("STAGEDOOR_ACCESS_TOKEN_TTL", "31622400");
  EXPECT_EQ(problems(), ConfigProblems{});
}

TEST_F(LoadConfig, FindsTheKeysOfAnIdentityProviderByTheirNames) {
  std::filesystem::create_directory(home_ / "keys");
  write("keys/2027-01.pem", "one");
  write("keys/next.pem", "two");
  write("keys/README", "not a key");
  set("STAGEDOOR_IDENTITY_KEYS", home_ / "keys");
  EXPECT_TRUE(mentions(problems(), "STAGEDOOR_IDENTITY_ISSUER is needed"));
  EXPECT_TRUE(mentions(problems(), "STAGEDOOR_IDENTITY_AUDIENCE is needed"));
  set("STAGEDOOR_IDENTITY_ISSUER", "https://login.example.org");
  set("STAGEDOOR_IDENTITY_AUDIENCE", "https://tickets.example.org");
  const auto config = load_config();
  ASSERT_TRUE(config) << ::testing::PrintToString(config.error());
  EXPECT_EQ(config->identity_keys,
            (std::map<std::string, std::string>{{"2027-01", "one"}, {"next", "two"}}));
}

TEST_F(LoadConfig, RefusesAnIdentityProviderWithoutKeys) {
  std::filesystem::create_directory(home_ / "empty");
  for (const std::string& folder :
       {(home_ / "empty").string(), (home_ / "nothing").string(), std::string("keys")}) {
    set("STAGEDOOR_IDENTITY_KEYS", folder);
    EXPECT_TRUE(mentions(problems(), "STAGEDOOR_IDENTITY_KEYS")) << folder;
  }
}

TEST_F(LoadConfig, RefusesAnIssuerOrAnAudienceWithoutKeys) {
  set("STAGEDOOR_IDENTITY_ISSUER", "https://login.example.org");
  EXPECT_TRUE(mentions(problems(), "STAGEDOOR_IDENTITY_ISSUER needs"));
}

TEST_F(LoadConfig, ReadsWhichTextsOfAClaimGiveWhichRole) {
  using Roles = std::map<std::string, std::string>;
  set("STAGEDOOR_IDENTITY_ROLE_CLAIM", "https://example.org/roles box office=admin, fans=user");
  auto config = load_config();
  ASSERT_TRUE(config);
  EXPECT_EQ(config->identity_role_claim, "https://example.org/roles");
  EXPECT_EQ(config->identity_roles, (Roles{{"box office", "admin"}, {"fans", "user"}}));
  set("STAGEDOOR_IDENTITY_ROLE_CLAIM", "role");
  config = load_config();
  ASSERT_TRUE(config);
  EXPECT_EQ(config->identity_role_claim, "role");
  EXPECT_EQ(config->identity_roles, (Roles{{"admin", "admin"}}));
  set("STAGEDOOR_IDENTITY_ROLE_CLAIM", "role admins");
  EXPECT_TRUE(mentions(problems(), "'admins' is not TEXT=ROLE"));
}

TEST_F(LoadConfig, WantsTheSecretsThatUpMakes) {
  std::filesystem::remove_all(home_ / "secrets");
  const ConfigProblems found = problems();
  for (const char* name : {"access_token_key", "queue_token_keys", "log_keys", "db_password"}) {
    EXPECT_TRUE(mentions(found, name)) << name;
  }
  EXPECT_TRUE(mentions(found, "./stagedoor up"));
}

}  // namespace stagedoor
