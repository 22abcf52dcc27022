#include "db/connection.h"

#include <cppconn/connection.h>
#include <cppconn/driver.h>
#include <cppconn/exception.h>
#include <cppconn/prepared_statement.h>
#include <cppconn/resultset.h>
#include <cppconn/statement.h>

#include <cassert>
#include <functional>
#include <unordered_map>

#include "base/log.h"
#include "metrics/metrics.h"

namespace stagedoor::db {
namespace {

constexpr int kConnectTimeoutS = 2;
// Longer than the lock wait below, shorter than nginx waits for a handler.
constexpr int kStatementTimeoutS = 8;
// Beyond the bound that the server keeps.
constexpr int kGraceS = 10;
constexpr int kServerGone = 2006;
constexpr Micros kOutageToTell = std::chrono::seconds{10};
// Enough for one that nothing delayed.
constexpr int kClockReadings = 5;

constexpr const char* kIsolation = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";
constexpr const char* kSessionSettings =
    "SET time_zone = '+00:00', innodb_lock_wait_timeout = 3, "
    "sql_mode = 'STRICT_TRANS_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,"
    "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'";
constexpr const char* kNow = "SELECT SYSDATE(6)";

// Each server reads the one comment that is meant for it. Nothing but the bound ends the session:
// its owner may rest between two statements, and read slowly.
std::string long_statements(std::chrono::seconds bound) {
  const std::string s = std::to_string(bound.count());
  return "SET wait_timeout = 3600, net_read_timeout = 600, net_write_timeout = 600"
         " /*M!100101 , max_statement_time = " +
         s + " */ /*!80000 , max_execution_time = " + s + "000 */";
}

std::unique_ptr<sql::Connection> connect(const DatabaseConfig& config,
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
  options["OPT_CONNECT_TIMEOUT"] = kConnectTimeoutS;
  options["OPT_READ_TIMEOUT"] = wait_s;
  options["OPT_WRITE_TIMEOUT"] = wait_s;
  options["OPT_CHARSET_NAME"] = sql::SQLString("utf8mb4");
  // The affected rows of an UPDATE are those that matched, changed or not.
  options["CLIENT_FOUND_ROWS"] = true;
  std::unique_ptr<sql::Connection> connection(get_driver_instance()->connect(options));
  const std::unique_ptr<sql::Statement> statement(connection->createStatement());
  statement->execute(kIsolation);
  statement->execute(kSessionSettings);
  if (statement_max) statement->execute(long_statements(*statement_max));
  return connection;
}

void bind(sql::PreparedStatement& statement, const std::vector<Param>& params) {
  unsigned index = 0;
  for (const Param& param : params) {
    ++index;
    if (const auto* number = std::get_if<std::int64_t>(&param.value())) {
      statement.setInt64(index, *number);
    } else if (const auto* view = std::get_if<std::string_view>(&param.value())) {
      statement.setString(index, sql::SQLString(view->data(), view->size()));
    } else if (const auto* text = std::get_if<std::string>(&param.value())) {
      statement.setString(index, sql::SQLString(*text));
    } else {
      statement.setNull(index, 0);
    }
  }
}

}  // namespace

bool Error::connection_lost() const {
  switch (code_) {
    case 1053:  // server shutdown in progress
    case 1152:  // aborted connection
    case 1317:  // query interrupted, as by a shutdown
    case 1927:  // connection was killed
    case 2002:
    case 2003:  // cannot connect
    case 2006:  // server has gone away
    case 2013:  // lost connection during a query
    case 2055:  // lost connection, extended
    case 4031:  // disconnected because of inactivity
      return true;
    default:
      return false;
  }
}

class Rows::Source {
 public:
  explicit Source(std::unique_ptr<sql::ResultSet> set) : set_(std::move(set)) {}
  [[nodiscard]] sql::ResultSet& set() const { return *set_; }

 private:
  std::unique_ptr<sql::ResultSet> set_;
};

Rows::Rows(std::unique_ptr<Source> source) : source_(std::move(source)) {}
Rows::~Rows() = default;
Rows::Rows(Rows&&) noexcept = default;

bool Rows::next() { return source_->set().next(); }
bool Rows::is_null(unsigned column) const { return source_->set().isNull(column); }
std::int64_t Rows::integer(unsigned column) const { return source_->set().getInt64(column); }
std::string Rows::text(unsigned column) const { return source_->set().getString(column); }

void Rows::read_column(unsigned column, Time& target) {
  const auto time = parse_sql(text(column));
  assert(time);
  target = *time;
}

struct Connection::Session {
  std::unique_ptr<sql::Connection> connection;
  std::unordered_map<const char*, std::unique_ptr<sql::PreparedStatement>> statements;

  sql::PreparedStatement& prepared(const char* sql) {
    auto& statement = statements[sql];
    if (!statement) statement.reset(connection->prepareStatement(sql));
    return *statement;
  }
};

Connection::Connection(DatabaseConfig config, std::optional<std::chrono::seconds> statement_max)
    : config_(std::move(config)), statement_max_(statement_max) {}
Connection::~Connection() = default;

void Connection::close() { session_.reset(); }

void Connection::roll_back() {
  if (session_ == nullptr) return;
  try {
    run_text("ROLLBACK");
  } catch (const Error&) {
    close();  // the server rolls back what a closed connection left open
  }
}

namespace {

void count_error(int code) {
  metrics::count(metrics::Counter::kDatabaseErrors);
  if (code == 1205) metrics::count(metrics::Counter::kLockTimeouts);
  if (code == 1213) metrics::count(metrics::Counter::kDeadlocks);
}

// Runs `call` and turns the connector's exception into ours.
template <typename Call>
auto translated(const Call& call) {
  const metrics::Timer timer(metrics::Duration::kDatabase);
  try {
    return call();
  } catch (const sql::SQLException& e) {
    count_error(e.getErrorCode());
    throw Error(e.getErrorCode(),
                std::string(e.what()) + " (" + std::to_string(e.getErrorCode()) + ")");
  }
}

}  // namespace

Connection::Session& Connection::session() {
  if (session_) return *session_;
  // A transaction that lost its connection must not go on outside of it, on a new one.
  if (in_transaction_) throw Error(kServerGone, "the connection was lost in a transaction");
  auto session = std::make_unique<Session>();
  try {
    metrics::count(metrics::Counter::kDatabaseConnects);
    translated([&] {
      session->connection = connect(config_, statement_max_);
      measure_clock(*session);
    });
  } catch (const Error& e) {
    note_outage();
    if (e.connection_lost()) throw;
    throw Unavailable(e.what());  // a wrong password or schema, too many connections
  }
  note_recovery();
  session_ = std::move(session);
  return *session_;
}

// A failover leads to another clock.
void Connection::measure_clock(Session& session) {
  clock_.forget();
  for (int i = 0; i < kClockReadings; ++i) {
    const Micros asked_at = monotonic_now();
    const std::unique_ptr<sql::ResultSet> answer(session.prepared(kNow).executeQuery());
    answer->next();
    clock_.sample(*parse_sql(answer->getString(1).asStdString()), asked_at, monotonic_now());
  }
}

void Connection::note_outage() {
  last_failure_at_ = monotonic_now();
  if (!first_failure_at_) first_failure_at_ = last_failure_at_;
}

// Between the first and the last failure nothing succeeded; what lies around them is unknown.
void Connection::note_recovery() {
  if (!first_failure_at_) return;
  const Micros lasted = last_failure_at_ - *first_failure_at_;
  first_failure_at_.reset();
  if (lasted <= kOutageToTell) return;
  log::event(log::Level::kCritical, "the database was out of reach",
             "for " + std::to_string(lasted / std::chrono::seconds{1}) + " s at least");
}

template <typename Call>
auto Connection::run(const Call& call) {
  const bool fresh = session_ == nullptr;
  try {
    return translated(call);
  } catch (const Error& e) {
    if (e.connection_lost()) close();
    if (in_transaction_ || !e.may_retry()) throw;
    if (fresh || !e.connection_lost()) throw Unavailable(e.what());
  }
  // A server that was restarted since, or that closed an idle connection, is tried once more.
  try {
    return translated(call);
  } catch (const Error& e) {
    if (e.connection_lost()) close();
    if (!e.may_retry()) throw;
    throw Unavailable(e.what());
  }
}

void Connection::tell_observer(const char* sql, const std::vector<Param>& params) const {
  if (statement_observer_) statement_observer_(sql, params);
}

Rows Connection::run_query(const char* sql, const std::vector<Param>& params) {
  tell_observer(sql, params);
  return run([&] {
    sql::PreparedStatement& statement = session().prepared(sql);
    bind(statement, params);
    return Rows(
        std::make_unique<Rows::Source>(std::unique_ptr<sql::ResultSet>(statement.executeQuery())));
  });
}

std::int64_t Connection::run_update(const char* sql, const std::vector<Param>& params) {
  tell_observer(sql, params);
  return run([&] {
    sql::PreparedStatement& statement = session().prepared(sql);
    bind(statement, params);
    return static_cast<std::int64_t>(statement.executeUpdate());
  });
}

bool Connection::run_insert(const char* sql, const std::vector<Param>& params) {
  try {
    run_update(sql, params);
    return true;
  } catch (const Error& e) {
    if (e.is_duplicate()) return false;
    throw;
  }
}

void Connection::run_text(const char* sql) {
  tell_observer(sql, {});
  try {
    translated([&] {
      const std::unique_ptr<sql::Statement> statement(session().connection->createStatement());
      statement->execute(sql);
    });
  } catch (const Error& e) {
    if (e.connection_lost()) close();
    throw;
  }
}

Time Connection::now() {
  Time now;
  const Micros before = monotonic_now();
  query(kNow).read_first(now);
  clock_.sample(now, before, monotonic_now());
  return now;
}

Time Connection::estimated_now() {
  if (const auto time = clock_.at(monotonic_now())) return *time;
  for (int i = 1; i < kClockReadings; ++i) now();
  return now();
}

bool Connection::ping() {
  try {
    now();
    return true;
  } catch (const Unavailable&) {
    return false;
  }
}

}  // namespace stagedoor::db
