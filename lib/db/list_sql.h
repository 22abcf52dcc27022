#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "db/columns.h"
#include "db/transaction.h"

// Statements over a list of seat numbers or ids. Prepared statements have a fixed number of `?`, so
// that a list is filled up to the next power of two with its last member.
namespace stagedoor::db {

inline constexpr std::size_t kListMax = 128;

// A statement for each length of the list, made from one text with `(#)` where the list goes.
class ListSql {
 public:
  explicit ListSql(const std::string& text);

  // Runs it with `params` and then the list as parameters, on a connection or in a transaction.
  // REQUIRES: 1 to kListMax members.
  template <typename Database, typename T>
  db::Rows query(Database& database, std::vector<db::Param> params,
                 const std::vector<T>& list) const {
    append(params, list);
    return database.query_list(text_for(list.size()).c_str(), params);
  }
  template <typename Database, typename T>
  std::int64_t execute(Database& database, std::vector<db::Param> params,
                       const std::vector<T>& list) const {
    append(params, list);
    return database.execute_list(text_for(list.size()).c_str(), params);
  }

 private:
  template <typename T>
  static void append(std::vector<db::Param>& params, const std::vector<T>& list) {
    const std::size_t padded = std::bit_ceil(list.size());
    for (std::size_t i = 0; i < padded; ++i) {
      params.emplace_back(list[std::min(i, list.size() - 1)]);
    }
  }
  [[nodiscard]] const std::string& text_for(std::size_t count) const;

  std::vector<std::string> texts_;  // for 1, 2, 4, ... kListMax members
};

// A SELECT over a list.
template <typename Row>
class ListSelect {
 public:
  // `rest`: from FROM on, with `(#)` where the list goes.
  ListSelect(Columns<Row> columns, std::string_view rest)
      : columns_(std::move(columns)), sql_("SELECT " + columns_.list() + " " + std::string(rest)) {}

  template <typename Source, typename T>
  std::vector<Row> all(Source& source, std::vector<Param> params,
                       const std::vector<T>& list) const {
    std::vector<Row> all;
    for (Rows rows = sql_.query(source, std::move(params), list); rows.next();) {
      columns_.read(rows, all.emplace_back());
    }
    return all;
  }

 private:
  Columns<Row> columns_;
  ListSql sql_;
};

// At most so many rows does one INSERT of several have.
inline constexpr std::size_t kRowsMax = 64;

// An INSERT for each number of rows, made from what stands before them and the text of one.
class RowsSql {
 public:
  RowsSql(const std::string& head, const std::string& row);

  // `params` are those of all the rows, one row after the other. False when a UNIQUE key refused
  // one of them, and so all. REQUIRES: 1 to kRowsMax rows.
  template <typename Database>
  bool insert(Database& database, std::size_t rows, const std::vector<db::Param>& params) const {
    return database.insert_list(texts_.at(rows - 1).c_str(), params);
  }

 private:
  std::vector<std::string> texts_;
};

}  // namespace stagedoor::db
