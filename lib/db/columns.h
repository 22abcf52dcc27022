#pragma once

#include <algorithm>
#include <cassert>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "db/connection.h"

namespace stagedoor::db {

// The columns of a SELECT, each with the member of the row that it fills:
//
//   const db::Columns<Account> kAccountColumns = {{"name", &Account::name},
//                                                 {"balance", &Account::balance}};
template <typename Row>
class Columns {
 public:
  class Column {
   public:
    template <typename Member>
    Column(std::string sql, Member Row::*member)
        : sql_{std::move(sql)}, read_([=](Rows& rows, unsigned column, Row& row) {
            rows.read_column(column, row.*member);
          }) {}

    // The columns of a part of the row.
    template <typename Part>
    Column(Part Row::*part, const Columns<Part>& columns)
        : sql_(columns.sql()), read_([=](Rows& rows, unsigned column, Row& row) {
            columns.read(rows, row.*part, column);
          }) {}

    // A part that is there when the first of its columns is not NULL.
    template <typename Part>
    Column(std::optional<Part> Row::*part, const Columns<Part>& columns)
        : sql_(columns.sql()), read_([=](Rows& rows, unsigned column, Row& row) {
            (row.*part).reset();
            if (!rows.is_null(column)) columns.read(rows, (row.*part).emplace(), column);
          }) {}

   private:
    friend class Columns;
    std::vector<std::string> sql_;  // of a part: several
    std::function<void(Rows&, unsigned, Row&)> read_;
  };

  Columns(std::initializer_list<Column> columns) : columns_(columns) {}

  // The same columns of the table with this alias. REQUIRES: each is a plain name.
  [[nodiscard]] Columns of(std::string_view alias) const {
    Columns qualified = *this;
    for (Column& column : qualified.columns_) {
      for (std::string& sql : column.sql_) {
        assert(sql.find_first_of(" .(") == std::string::npos);
        sql = std::string(alias) + "." + sql;
      }
    }
    return qualified;
  }

  [[nodiscard]] std::vector<std::string> sql() const {
    std::vector<std::string> all;
    for (const Column& column : columns_) {
      all.insert(all.end(), column.sql_.begin(), column.sql_.end());
    }
    return all;
  }

  // As they stand behind SELECT.
  [[nodiscard]] std::string list() const {
    std::string list;
    for (const std::string& sql : this->sql()) list += (list.empty() ? "" : ", ") + sql;
    return list;
  }

  // Fills `row` from the columns of this row, from `first` on.
  void read(Rows& rows, Row& row, unsigned first = 1) const {
    for (const Column& column : columns_) {
      column.read_(rows, first, row);
      first += static_cast<unsigned>(column.sql_.size());
    }
  }

 private:
  std::vector<Column> columns_;
};

// A SELECT of such columns. `source`: a connection, a transaction or a snapshot.
template <typename Row>
class Select {
 public:
  // `rest`: from FROM on.
  Select(Columns<Row> columns, std::string_view rest)
      : columns_(std::move(columns)),
        text_("SELECT " + columns_.list() + " " + std::string(rest)) {}

  // The first row, if there is one.
  template <typename Source, typename... Params>
  std::optional<Row> first(Source& source, const Params&... params) const {
    Rows rows = source.query(text_.c_str(), params...);
    if (!rows.next()) return std::nullopt;
    std::optional<Row> row(std::in_place);
    columns_.read(rows, *row);
    return row;
  }

  template <typename Source, typename... Params>
  std::vector<Row> all(Source& source, const Params&... params) const {
    std::vector<Row> all;
    for (Rows rows = source.query(text_.c_str(), params...); rows.next();) {
      columns_.read(rows, all.emplace_back());
    }
    return all;
  }

  // Calls `take(row)` row by row until it returns false: for more rows than a process shall hold.
  template <typename Take, typename Source, typename... Params>
  void each(const Take& take, Source& source, const Params&... params) const {
    for (Rows rows = source.query(text_.c_str(), params...); rows.next();) {
      Row row{};
      columns_.read(rows, row);
      if (!take(row)) return;
    }
  }

 private:
  Columns<Row> columns_;
  std::string text_;
};

}  // namespace stagedoor::db
