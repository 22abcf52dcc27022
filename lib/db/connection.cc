#include "db/connection.h"

#include <cppconn/connection.h>
#include <cppconn/exception.h>
#include <cppconn/prepared_statement.h>
#include <cppconn/resultset.h>
#include <cppconn/statement.h>

#include <cassert>
#include <unordered_map>

#include "base/log.h"
#include "db/server.h"
#include "metrics/metrics.h"

namespace stagedoor::db {
namespace {

constexpr int kServerGone = 2006;
// A server that was demoted goes on to answer reads, from what it knew then.
constexpr Micros kAskStateEvery = std::chrono::seconds{1};
// A proxy that has just started may lead to any of three servers.
constexpr int kConnectsMax = 3;
constexpr Micros kOutageToTell = std::chrono::seconds{10};
// Enough for one that nothing delayed.
constexpr int kClockReadings = 5;

constexpr const char* kNow = "SELECT SYSDATE(6)";

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
  bool is_galera = false;
  Micros state_asked_at{};

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

void Connection::leave(metrics::Reconnect reason) {
  if (session_) metrics::count(reason);
  close();
}

void Connection::leave_after(const Error& error) {
  if (const auto reason = error.leaves()) leave(*reason);
}

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

void Connection::ask_state(Session& session) {
  const std::unique_ptr<sql::Statement> statement(session.connection->createStatement());
  check_takes_writes(*statement, session.is_galera);
  session.state_asked_at = monotonic_now();
}

std::unique_ptr<Connection::Session> Connection::connect_once() {
  auto session = std::make_unique<Session>();
  metrics::count(metrics::Counter::kDatabaseConnects);
  translated([&] {
    session->connection = open_session(config_, statement_max_);
    const std::unique_ptr<sql::Statement> statement(session->connection->createStatement());
    session->is_galera = is_galera(*statement);
    ask_state(*session);
    measure_clock(*session);
  });
  return session;
}

Connection::Session& Connection::session() {
  if (session_ && !in_transaction_) leave_if_demoted();
  if (session_) return *session_;
  // A transaction that lost its connection must not go on outside of it, on a new one.
  if (in_transaction_) throw Error(kServerGone, "the connection was lost in a transaction");
  for (int attempt = 1; !session_; ++attempt) {
    try {
      session_ = connect_once();
    } catch (const Error& e) {
      note_outage();
      if (e.is_demoted() && attempt < kConnectsMax) continue;
      if (e.is_demoted()) throw Unusable(e.what());
      if (e.may_retry()) throw;
      throw Unavailable(e.what());  // a wrong password or schema, too many connections
    }
  }
  note_recovery();
  return *session_;
}

void Connection::leave_if_demoted() {
  if (monotonic_now() - session_->state_asked_at < kAskStateEvery) return;
  try {
    translated([&] { ask_state(*session_); });
  } catch (const Error& e) {
    leave_after(e);
    if (!e.leaves()) throw;
  }
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
    leave_after(e);
    if (in_transaction_ || !e.may_retry()) throw;
    if (fresh || !e.leaves()) throw Unavailable(e.what());
  }
  // A server that was restarted since, or that closed an idle connection, is tried once more.
  try {
    return translated(call);
  } catch (const Error& e) {
    leave_after(e);
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
  const std::int64_t rows = run([&] {
    sql::PreparedStatement& statement = session().prepared(sql);
    bind(statement, params);
    return static_cast<std::int64_t>(statement.executeUpdate());
  });
  if (!in_transaction_) metrics::set_to_now(metrics::Gauge::kWrittenAt);
  return rows;
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
    leave_after(e);
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

ServerState Connection::state() {
  if (session_) session_->state_asked_at = {};
  try {
    now();
    return ServerState::kUsable;
  } catch (const Unusable&) {
    return ServerState::kUnusable;
  } catch (const std::runtime_error&) {
    return ServerState::kDown;
  }
}

}  // namespace stagedoor::db
