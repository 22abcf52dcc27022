#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "db/transaction.h"

// Statements over a list of seat numbers. Prepared statements have a fixed number of `?`, so that
// a list is filled up to the next power of two with its last number.
namespace stagedoor::operations {

// A statement for each length of the list, made from one text with `(#)` where the list goes.
class SeatListSql {
 public:
  explicit SeatListSql(const std::string& text);

  // Runs it with `first` and then the numbers as parameters.
  db::Rows query(db::Transaction& transaction, const std::vector<db::Param>& first,
                 const std::vector<std::int64_t>& numbers) const;
  std::int64_t execute(db::Transaction& transaction, const std::vector<db::Param>& first,
                       const std::vector<std::int64_t>& numbers) const;

 private:
  [[nodiscard]] const std::string& text_for(std::size_t count) const;

  std::vector<std::string> texts_;  // for 1, 2, 4, ... 128 numbers
};

}  // namespace stagedoor::operations
