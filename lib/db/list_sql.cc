#include "db/list_sql.h"

#include <cassert>

namespace stagedoor::db {
ListSql::ListSql(const std::string& text) {
  constexpr std::string_view kMark = "(#)";
  const auto mark = text.find(kMark);
  assert(mark != std::string::npos);
  for (std::size_t count = 1; count <= kListMax; count *= 2) {
    std::string list = "(?";
    for (std::size_t i = 1; i < count; ++i) list += ",?";
    texts_.push_back(text.substr(0, mark) + list + ")" + text.substr(mark + kMark.size()));
  }
}

const std::string& ListSql::text_for(std::size_t count) const {
  assert(count >= 1);
  return texts_.at(static_cast<std::size_t>(std::countr_zero(std::bit_ceil(count))));
}

RowsSql::RowsSql(const std::string& head, const std::string& row) {
  std::string text = head + ' ' + row;
  for (std::size_t rows = 1; rows <= kRowsMax; ++rows, text += ", " + row) texts_.push_back(text);
}

}  // namespace stagedoor::db
