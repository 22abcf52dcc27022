#include "raw_sql.h"

#include <atomic>
#include <cassert>
#include <exception>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>

#include "base/id.h"

namespace stagedoor::bench::raw {

Pool::Pool(const DatabaseConfig& config, std::size_t connections) {
  for (std::size_t i = 0; i < connections; ++i) {
    connections_.push_back(std::make_unique<db::Connection>(config));
    connections_.back()->now();
  }
}

double Pool::rate(std::size_t calls, const Work& work) {
  std::atomic<std::size_t> next{0};
  std::exception_ptr first_error;
  std::mutex error_mutex;
  const Micros started_at = monotonic_now();
  std::vector<std::jthread> threads;
  for (const auto& connection : connections_) {
    threads.emplace_back([&] {
      try {
        for (std::size_t call = next++; call < calls; call = next++) work(*connection, call);
      } catch (...) {
        const std::lock_guard lock(error_mutex);
        if (!first_error) first_error = std::current_exception();
      }
    });
  }
  threads.clear();
  if (first_error) std::rethrow_exception(first_error);
  return static_cast<double>(calls) /
         std::chrono::duration<double>(monotonic_now() - started_at).count();
}

namespace {

constexpr std::size_t kIdBytes = 16;

Recording::Value value_of(const db::Param& param) {
  if (const auto* number = std::get_if<std::int64_t>(&param.value())) return *number;
  if (const auto* view = std::get_if<std::string_view>(&param.value())) return std::string(*view);
  if (const auto* text = std::get_if<std::string>(&param.value())) return *text;
  return std::monostate{};  // NULL
}

db::Param param_of(const Recording::Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return nullptr;
}

}  // namespace

Recording::Recording(db::Connection& database, const std::function<void()>& operation) {
  database.observe_statements([this](const char* sql, const std::vector<db::Param>& params) {
    Statement& statement = statements_.emplace_back(Statement{sql, {}});
    for (const db::Param& param : params) statement.values.push_back(value_of(param));
  });
  operation();
  database.observe_statements({});
}

std::map<std::string, std::string> Recording::repeat(db::Connection& database,
                                                     Replacements replacements) const {
  std::map<std::string, std::string> made;
  const auto replaced = [&](const Value& value) -> const Value& {
    const auto known = replacements.find(value);
    if (known != replacements.end()) return known->second;
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr || text->size() != kIdBytes) return value;
    made.emplace(*text, TokenId::make().bytes());
    return replacements.emplace(value, made.at(*text)).first->second;
  };
  std::optional<db::Transaction> transaction;
  for (const Statement& statement : statements_) {
    const std::string_view sql = statement.sql;
    if (sql == "START TRANSACTION") {
      transaction.emplace(database);
    } else if (sql == "COMMIT") {
      transaction->commit();
      transaction.reset();
    } else if (sql == "ROLLBACK") {
      transaction.reset();
    } else {
      std::vector<db::Param> params;
      for (const Value& value : statement.values) params.push_back(param_of(replaced(value)));
      if (sql.starts_with("SELECT")) {
        for (db::Rows rows = database.query_list(statement.sql, params); rows.next();) continue;
      } else {
        database.execute_list(statement.sql, params);
      }
    }
  }
  return made;
}

}  // namespace stagedoor::bench::raw
