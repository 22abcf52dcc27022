#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "db/transaction.h"

// Statements over a list of seat numbers or ids. Prepared statements have a fixed number of `?`, so
// that a list is filled up to the next power of two with its last member.
namespace stagedoor::db {

inline constexpr std::size_t kListMax = 128;

// A statement for each length of the list, made from one text with `(#)` where the list goes.
class ListSql {
 public:
  explicit ListSql(const std::string& text);

  // Runs it with `params` and then the list as parameters. REQUIRES: 1 to kListMax members.
  template <typename T>
  db::Rows query(db::Transaction& transaction, std::vector<db::Param> params,
                 const std::vector<T>& list) const {
    append(params, list);
    return transaction.query_list(text_for(list.size()).c_str(), params);
  }
  template <typename T>
  std::int64_t execute(db::Transaction& transaction, std::vector<db::Param> params,
                       const std::vector<T>& list) const {
    append(params, list);
    return transaction.execute_list(text_for(list.size()).c_str(), params);
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

}  // namespace stagedoor::db
