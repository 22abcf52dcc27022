#include "operations/seat_sql.h"

#include <bit>
#include <cassert>

#include "domain/reservation.h"

namespace stagedoor::operations {
namespace {

std::vector<db::Param> with_numbers(std::vector<db::Param> params,
                                    const std::vector<std::int64_t>& numbers) {
  const std::size_t padded = std::bit_ceil(numbers.size());
  for (std::size_t i = 0; i < padded; ++i) {
    params.emplace_back(numbers[std::min(i, numbers.size() - 1)]);
  }
  return params;
}

}  // namespace

SeatListSql::SeatListSql(const std::string& text) {
  constexpr std::string_view kMark = "(#)";
  const auto mark = text.find(kMark);
  assert(mark != std::string::npos);
  for (std::size_t count = 1; count <= std::bit_ceil<std::size_t>(kSeatsPerHoldMax); count *= 2) {
    std::string list = "(?";
    for (std::size_t i = 1; i < count; ++i) list += ",?";
    texts_.push_back(text.substr(0, mark) + list + ")" + text.substr(mark + kMark.size()));
  }
}

const std::string& SeatListSql::text_for(std::size_t count) const {
  assert(count >= 1);
  return texts_.at(static_cast<std::size_t>(std::countr_zero(std::bit_ceil(count))));
}

db::Rows SeatListSql::query(db::Transaction& transaction, const std::vector<db::Param>& first,
                            const std::vector<std::int64_t>& numbers) const {
  return transaction.query_list(text_for(numbers.size()).c_str(), with_numbers(first, numbers));
}

std::int64_t SeatListSql::execute(db::Transaction& transaction, const std::vector<db::Param>& first,
                                  const std::vector<std::int64_t>& numbers) const {
  return transaction.execute_list(text_for(numbers.size()).c_str(), with_numbers(first, numbers));
}

}  // namespace stagedoor::operations
