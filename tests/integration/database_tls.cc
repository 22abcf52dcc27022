// TLS to the database, with a server, an authority and certificates of its own.
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>

#include "db/connection.h"
#include "support/concurrency.h"
#include "support/installation.h"
#include "support/temporary_folder.h"

namespace stagedoor {
namespace {

using namespace std::chrono_literals;
using testing::run_command;

constexpr auto kStartsWithin = 120s;

void run_or_throw(const std::vector<std::string>& command) {
  const auto result = run_command(command, {});
  if (result.exit_code != 0) throw std::runtime_error(command.front() + ": " + result.err);
}

// DATA_DIR is made, and a server runs on it with these lines of configuration, until the end of the
// scope.
class Server {
 public:
  explicit Server(const std::vector<std::string>& lines) {
    const auto folder = folder_.path();
    std::ofstream configuration(folder / "server.cnf");
    configuration << "[mysqld]\ndatadir=" << (folder / "db").string()
                  << "\nsocket=" << (folder / "server.sock").string()
                  << "\npid_file=" << (folder / "server.pid").string()
                  << "\ninit_file=" << (folder / "accounts.sql").string() << "\nport=" << port_
                  << "\nbind_address=127.0.0.1\nskip_name_resolve\nperformance_schema=off\n";
    if (getuid() == 0) configuration << "user=root\n";
    for (const std::string& line : lines) configuration << line << '\n';
    configuration.close();
    std::ofstream(folder / "accounts.sql") << "CREATE DATABASE IF NOT EXISTS s;\n"
                                              "CREATE USER IF NOT EXISTS u@'%' IDENTIFIED BY 'p';\n"
                                              "GRANT ALL PRIVILEGES ON s.* TO u@'%';\n";
    const std::string defaults = "--defaults-file=" + (folder / "server.cnf").string();
    run_or_throw({"mariadb-install-db", "--force", defaults,
                  "--datadir=" + (folder / "db").string(), "--skip-test-db", "--skip-name-resolve",
                  "--auth-root-authentication-method=socket"});
    run_or_throw({"sh", "-c",
                  "setsid mariadbd " + defaults + " >" + (folder / "server.log").string() +
                      " 2>&1 </dev/null &"});
    if (!testing::eventually(kStartsWithin, [&] {
          return std::filesystem::exists(folder / "server.sock") &&
                 std::filesystem::exists(folder / "server.pid");
        })) {
      throw std::runtime_error("the server did not start");
    }
  }
  ~Server() {
    pid_t pid = 0;
    std::ifstream(folder_.path() / "server.pid") >> pid;
    if (pid <= 1) return;
    kill(pid, SIGTERM);
    EXPECT_TRUE(testing::eventually(kStartsWithin, [&] { return !testing::is_alive(pid); }));
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::string url(const std::string& options, const std::string& host) const {
    return "mysql://u:p@" + host + ":" + std::to_string(port_) + "/s" + options;
  }
  [[nodiscard]] DatabaseConfig config(const std::string& options,
                                      const std::string& host = "127.0.0.1") const {
    const auto config = parse_database_url(url(options, host));
    if (!config) throw std::runtime_error(config.error());
    return *config;
  }

 private:
  testing::TemporaryFolder folder_;
  int port_ = testing::free_port();
};

// An authority, and a certificate of the host `localhost` that it has signed.
class Authority {
 public:
  Authority() {
    run_or_throw({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                  "/CN=An authority", "-keyout", file("ca.key"), "-out", file("ca.pem")});
    run_or_throw({"openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost",
                  "-keyout", file("server.key"), "-out", file("server.csr")});
    run_or_throw({"openssl", "x509", "-req", "-in", file("server.csr"), "-CA", file("ca.pem"),
                  "-CAkey", file("ca.key"), "-CAcreateserial", "-days", "2", "-out",
                  file("server.pem")});
  }
  [[nodiscard]] std::string file(const std::string& name) const { return folder_.path() / name; }

 private:
  testing::TemporaryFolder folder_;
};

// "" when it is not encrypted.
std::string cipher(const DatabaseConfig& config) {
  db::Connection connection(config);
  std::string name;
  std::string value;
  connection.query("SHOW STATUS LIKE 'Ssl_cipher'").read_first(name, value);
  return value;
}

// ./stagedoor prepare with this database; returns what it complains of.
std::string complaint_of_prepare(const std::string& url) {
  const testing::TemporaryFolder home;
  testing::Variables variables = testing::Installation::shared().variables();
  variables["STAGEDOOR_HOME"] = home.path();
  variables["STAGEDOOR_MEMCACHED"] = home.path() / "run/memcached.sock";
  variables["STAGEDOOR_DB"] = url;
  return run_command({STAGEDOOR_SOURCE_DIR "/stagedoor", "prepare"}, variables).err;
}

TEST(DatabaseTls, IsWhatTheUrlAsksForOrTheServerIsNotUsed) {
  const Authority authority;
  const Authority other;
  const Server server({"ssl_ca=" + authority.file("ca.pem"),
                       "ssl_cert=" + authority.file("server.pem"),
                       "ssl_key=" + authority.file("server.key"), "require_secure_transport=ON"});
  const std::string ca = "&ca=" + authority.file("ca.pem");
  const std::string other_ca = "&ca=" + other.file("ca.pem");
  EXPECT_NE(cipher(server.config("?tls=required")), "");
  EXPECT_NE(cipher(server.config("?tls=verify-ca" + ca)), "");
  EXPECT_NE(cipher(server.config("?tls=verify-identity" + ca, "localhost")), "");
  EXPECT_THROW(cipher(server.config("")), Unavailable) << "the server requires TLS";
  EXPECT_THROW(cipher(server.config("?tls=verify-ca" + other_ca)), Unavailable);
  EXPECT_THROW(cipher(server.config("?tls=verify-identity" + other_ca, "localhost")), Unavailable);
  EXPECT_THROW(cipher(server.config("?tls=verify-identity" + ca)), Unavailable)
      << "the certificate names another host";
  EXPECT_THROW(cipher(server.config("?tls=verify-identity", "localhost")), Unavailable)
      << "the system does not know the authority";
  EXPECT_EQ(complaint_of_prepare(server.url("?tls=verify-ca" + ca, "127.0.0.1")), "");
  EXPECT_EQ(complaint_of_prepare(server.url("?tls=verify-identity" + ca, "localhost")), "");
  EXPECT_NE(complaint_of_prepare(server.url("?tls=verify-ca" + other_ca, "127.0.0.1")).find("TLS"),
            std::string::npos);
  EXPECT_NE(complaint_of_prepare(server.url("?tls=verify-identity" + ca, "127.0.0.1")).find("TLS"),
            std::string::npos);
}

TEST(DatabaseTls, IsNotDoneWithoutWhereAServerOffersNone) {
  const Server server({"loose_auto_generate_certs=OFF"});
  EXPECT_EQ(cipher(server.config("")), "");
  const Authority authority;
  EXPECT_THROW(cipher(server.config("?tls=required")), Unavailable);
  EXPECT_THROW(cipher(server.config("?tls=verify-ca&ca=" + authority.file("ca.pem"))), Unavailable);
  EXPECT_THROW(cipher(server.config("?tls=verify-identity", "localhost")), Unavailable);
  EXPECT_NE(complaint_of_prepare(server.url("?tls=required", "127.0.0.1")).find("offers no TLS"),
            std::string::npos);
}

}  // namespace
}  // namespace stagedoor
