#include "db/server.h"

#include <cppconn/connection.h>
#include <cppconn/driver.h>
#include <cppconn/exception.h>
#include <cppconn/resultset.h>
#include <cppconn/statement.h>

#include <string>

#include "db/error.h"

namespace stagedoor::db {
namespace {

constexpr int kConnectTimeoutS = 2;
// Longer than the lock wait below, shorter than nginx waits for a handler.
constexpr int kStatementTimeoutS = 8;
// Beyond the bound that the server keeps.
constexpr int kGraceS = 10;
constexpr int kReadOnly = 1290;
constexpr int kNotPrimary = 1047;
constexpr int kUnknownVariable = 1193;
constexpr int kTlsFailed = 2026;

constexpr const char* kIsolation = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";
constexpr const char* kSessionSettings =
    "SET time_zone = '+00:00', innodb_lock_wait_timeout = 3, "
    "sql_mode = 'STRICT_TRANS_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,"
    "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'";
constexpr const char* kCipher = "SHOW STATUS LIKE 'Ssl_cipher'";
constexpr const char* kIsGalera = "SELECT @@global.wsrep_on";
constexpr const char* kIsReadOnly =
    "SELECT CAST(@@global.read_only AS CHAR) NOT IN ('0', 'OFF') OR @@global.innodb_read_only";
constexpr const char* kGaleraState =
    "SHOW GLOBAL STATUS WHERE Variable_name IN ('wsrep_ready', 'wsrep_cluster_status')";

// Each server reads the one comment that is meant for it. Nothing but the bound ends the session:
// its owner may rest between two statements, and read slowly.
std::string long_statements(std::chrono::seconds bound) {
  const std::string s = std::to_string(bound.count());
  return "SET wait_timeout = 3600, net_read_timeout = 600, net_write_timeout = 600"
         " /*M!100101 , max_statement_time = " +
         s + " */ /*!80000 , max_execution_time = " + s + "000 */";
}

// The connector takes a server that offers no TLS, unless it shall verify its name.
void check_encrypted(sql::Statement& statement) {
  const std::unique_ptr<sql::ResultSet> answer(statement.executeQuery(kCipher));
  if (answer->next() && answer->getString(2).length() > 0) return;
  throw Error(kTlsFailed, "the database offers no TLS");
}

}  // namespace

std::unique_ptr<sql::Connection> open_session(const DatabaseConfig& config,
                                              std::optional<std::chrono::seconds> statement_max) {
  const int wait_s =
      statement_max ? static_cast<int>(statement_max->count()) + kGraceS : kStatementTimeoutS;
  sql::ConnectOptionsMap options;
  if (config.unix_socket.empty()) {
    options["hostName"] = sql::SQLString("tcp://" + config.host);
    options["port"] = config.port;
  } else {
    options["hostName"] = sql::SQLString("unix://" + config.unix_socket);
  }
  options["userName"] = sql::SQLString(config.user);
  options["password"] = sql::SQLString(config.password);
  options["schema"] = sql::SQLString(config.schema);
  // A file of authorities makes the connector verify that one of them has signed.
  if (config.tls != DatabaseTls::kNone) options["sslEnforce"] = true;
  if (!config.ca_file.empty()) options["sslCA"] = sql::SQLString(config.ca_file);
  if (config.tls == DatabaseTls::kVerifyIdentity) options["sslVerify"] = true;
  options["OPT_CONNECT_TIMEOUT"] = kConnectTimeoutS;
  options["OPT_READ_TIMEOUT"] = wait_s;
  options["OPT_WRITE_TIMEOUT"] = wait_s;
  options["OPT_CHARSET_NAME"] = sql::SQLString("utf8mb4");
  // The affected rows of an UPDATE are those that matched, changed or not.
  options["CLIENT_FOUND_ROWS"] = true;
  std::unique_ptr<sql::Connection> connection(get_driver_instance()->connect(options));
  const std::unique_ptr<sql::Statement> statement(connection->createStatement());
  if (config.tls != DatabaseTls::kNone) check_encrypted(*statement);
  statement->execute(kIsolation);
  statement->execute(kSessionSettings);
  if (statement_max) statement->execute(long_statements(*statement_max));
  return connection;
}

bool is_galera(sql::Statement& statement) {
  try {
    const std::unique_ptr<sql::ResultSet> answer(statement.executeQuery(kIsGalera));
    return answer->next() && answer->getInt(1) != 0;
  } catch (const sql::SQLException& e) {
    if (e.getErrorCode() == kUnknownVariable) return false;
    throw;
  }
}

void check_takes_writes(sql::Statement& statement, bool is_galera) {
  if (is_galera) {
    const std::unique_ptr<sql::ResultSet> states(statement.executeQuery(kGaleraState));
    while (states->next()) {
      const std::string state = states->getString(2);
      if (state == "ON" || state == "Primary") continue;
      throw Error(kNotPrimary, states->getString(1) + " of the database is " + state);
    }
  }
  const std::unique_ptr<sql::ResultSet> answer(statement.executeQuery(kIsReadOnly));
  if (answer->next() && answer->getInt(1) != 0) throw Error(kReadOnly, "the database is read-only");
}

}  // namespace stagedoor::db
