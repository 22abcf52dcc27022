#pragma once

#include <cassert>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/config.h"
#include "base/enum_text.h"
#include "base/id.h"
#include "db/clock_offset.h"
#include "db/error.h"
#include "db/lock_order.h"

namespace stagedoor::db {

// One value for a `?` of a statement. Text is not copied: it must outlive the call.
class Param {
 public:
  Param(std::nullptr_t) : value_(nullptr) {}                             // NOLINT
  Param(std::int64_t number) : value_(number) {}                         // NOLINT
  Param(int number) : value_(static_cast<std::int64_t>(number)) {}       // NOLINT
  Param(bool flag) : value_(static_cast<std::int64_t>(flag ? 1 : 0)) {}  // NOLINT
  Param(std::string_view text) : value_(text) {}                         // NOLINT
  Param(const std::string& text) : value_(std::string_view(text)) {}     // NOLINT
  Param(const char* text) : value_(std::string_view(text)) {}            // NOLINT
  Param(Time time) : value_(to_sql(time)) {}                             // NOLINT
  template <typename Kind>
  Param(const Id<Kind>& id) : value_(id.bytes()) {}  // NOLINT
  template <typename Kind>
  Param(Number<Kind> number) : value_(number.value) {}  // NOLINT
  template <HasTexts Enum>
  Param(Enum value) : value_(text_of(value)) {}  // NOLINT
  template <typename T>
  Param(const std::optional<T>& maybe) : Param(maybe ? Param(*maybe) : Param(nullptr)) {}  // NOLINT

  using Value = std::variant<std::nullptr_t, std::int64_t, std::string_view, std::string>;
  [[nodiscard]] const Value& value() const { return value_; }

 private:
  Value value_;
};

// The rows of a SELECT of one or two columns, read in order, column after column; of more columns
// see db/columns.h.
//
//   for (Rows rows = connection.query(kSelectDates, concert_id); rows.next();) {
//     rows.read(date_id, starts_at);
//   }
class Rows {
 public:
  class Source;
  explicit Rows(std::unique_ptr<Source> source);
  ~Rows();
  Rows(Rows&&) noexcept;
  Rows& operator=(Rows&&) = delete;
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  bool next();

  // Reads the first row; false when there is none.
  template <typename... Targets>
  bool read_first(Targets&... targets) {
    if (!next()) return false;
    read(targets...);
    return true;
  }

  // Fills the targets from the columns of this row, left to right. A NULL is read by an
  // std::optional only.
  template <typename... Targets>
  void read(Targets&... targets) {
    unsigned column = 0;
    (read_column(++column, targets), ...);
  }

 private:
  template <typename Row>
  friend class Columns;
  [[nodiscard]] bool is_null(unsigned column) const;
  [[nodiscard]] std::int64_t integer(unsigned column) const;
  [[nodiscard]] std::string text(unsigned column) const;

  void read_column(unsigned column, std::int64_t& target) { target = integer(column); }
  void read_column(unsigned column, int& target) { target = static_cast<int>(integer(column)); }
  void read_column(unsigned column, bool& target) { target = integer(column) != 0; }
  void read_column(unsigned column, std::string& target) { target = text(column); }
  void read_column(unsigned column, Time& target);
  template <typename Kind>
  void read_column(unsigned column, Id<Kind>& target) {
    target = Id<Kind>::from_bytes(text(column));
  }
  template <typename Kind>
  void read_column(unsigned column, Number<Kind>& target) {
    target.value = integer(column);
  }
  template <HasTexts Enum>
  void read_column(unsigned column, Enum& target) {
    const auto value = parse_enum<Enum>(text(column));
    assert(value);
    target = *value;
  }
  template <typename T>
  void read_column(unsigned column, std::optional<T>& target) {
    if (is_null(column)) {
      target.reset();
    } else {
      read_column(column, target.emplace());
    }
  }

  std::unique_ptr<Source> source_;
};

// What stands behind a connection.
enum class ServerState {
  kDown,      // no server answers
  kUnusable,  // one does, but takes no writes
  kUsable
};

// One connection of one process, to a server that takes writes: asked when it connects, and before
// the first statement or transaction after a second. It connects at the first statement, and again
// at the first one after a loss. Statements are prepared once per connection: their text must be a
// constant. Outside a transaction a statement whose connection broke is run once more, so that one
// which must not happen twice belongs into a transaction.
class Connection {
 public:
  // With `statement_max` the server itself ends a statement after that long, and neither side gives
  // up earlier: for what reads more than a request may.
  explicit Connection(DatabaseConfig config,
                      std::optional<std::chrono::seconds> statement_max = std::nullopt);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Throws Error, or Unavailable when there is no server to talk to.
  template <typename... Params>
  Rows query(const char* sql, const Params&... params) {
    return run_query(sql, {Param(params)...});
  }
  // Returns the number of rows that changed.
  template <typename... Params>
  std::int64_t execute(const char* sql, const Params&... params) {
    return run_update(sql, {Param(params)...});
  }
  // An INSERT; false when a UNIQUE key refused the row.
  template <typename... Params>
  bool insert(const char* sql, const Params&... params) {
    return run_insert(sql, {Param(params)...});
  }

  // The same with parameters of which there is a varying number.
  Rows query_list(const char* sql, const std::vector<Param>& params) {
    return run_query(sql, params);
  }
  std::int64_t execute_list(const char* sql, const std::vector<Param>& params) {
    return run_update(sql, params);
  }
  bool insert_list(const char* sql, const std::vector<Param>& params) {
    return run_insert(sql, params);
  }

  // The database's time, from a statement of its own: NOW() inside a statement that waited for a
  // lock is the time before the wait.
  Time now();

  // The database's time as far as this process can tell without asking: by the best of the answers
  // of this connection, and the monotonic time since. It asks when it connects, and every minute.
  Time estimated_now();

  // Asks the server. Never throws for one that does not answer.
  ServerState state();
  bool ping() { return state() == ServerState::kUsable; }

  // From now on `observer` hears of each lock that a transaction is about to take.
  void observe_locks(LockObserver observer) { lock_observer_ = std::move(observer); }

  // And of each statement that is about to run, those that begin and end a transaction included.
  using StatementObserver = std::function<void(const char* sql, const std::vector<Param>& params)>;
  void observe_statements(StatementObserver observer) { statement_observer_ = std::move(observer); }

 private:
  friend class Transaction;
  friend class Snapshot;
  struct Session;

  template <typename Call>
  auto run(const Call& call);
  void tell_observer(const char* sql, const std::vector<Param>& params) const;
  Rows run_query(const char* sql, const std::vector<Param>& params);
  std::int64_t run_update(const char* sql, const std::vector<Param>& params);
  bool run_insert(const char* sql, const std::vector<Param>& params);
  void run_text(const char* sql);
  void roll_back();  // never throws
  Session& session();
  std::unique_ptr<Session> connect_once();
  static void ask_state(Session& session);
  void leave_if_demoted();
  void leave(metrics::Reconnect reason);
  void leave_after(const Error& error);
  void measure_clock(Session& session);
  void note_outage();
  void note_recovery();
  void close();

  DatabaseConfig config_;
  std::optional<std::chrono::seconds> statement_max_;
  std::unique_ptr<Session> session_;
  bool in_transaction_ = false;
  // Of the connects that failed since the last one that did not.
  std::optional<Micros> first_failure_at_;
  Micros last_failure_at_{};
  ClockOffset clock_;
  LockObserver lock_observer_;
  StatementObserver statement_observer_;
};

}  // namespace stagedoor::db
