#include "operations/seat_plans.h"

#include "base/json_writer.h"

namespace stagedoor::operations {
namespace {

constexpr std::size_t kPlanBytesMax = 1'000'000;

constexpr const char* kSelectSeats =
    "SELECT number, label, section, grade, price FROM seats WHERE date_id = ? ORDER BY number";

// Another process may have read them at the same moment.
constexpr const char* kInsertPlan = "INSERT IGNORE INTO seat_plans (date_id, plan) VALUES (?, ?)";

constexpr const char* kSelectPlan =
    "SELECT p.plan FROM dates d LEFT JOIN seat_plans p ON p.date_id = d.date_id"
    " WHERE d.date_id = ? AND d.concert_id = ?";

SeatPlan read_plan(db::Transaction& transaction, DateId date_id) {
  SeatPlan plan;
  std::int64_t number = 0;
  std::string label;
  std::optional<std::string> section;
  std::string grade;
  Money price;
  for (db::Rows rows = transaction.query(kSelectSeats, date_id); rows.next();) {
    rows.read(number, label, section, grade, price);
    JsonWriter members;
    members.field("label", label)
        .field("section", section)
        .field("grade", grade)
        .field("price", price);
    plan.add(number, members.text());
  }
  return plan;
}

}  // namespace

SeatPlan keep_seat_plan(db::Transaction& transaction, DateId date_id) {
  SeatPlan plan = read_plan(transaction, date_id);
  const std::string text = plan.encode();
  if (text.size() <= kPlanBytesMax) transaction.execute(kInsertPlan, date_id, text);
  return plan;
}

std::optional<SeatPlan> find_seat_plan(db::Connection& database, ConcertId concert_id,
                                       DateId date_id) {
  std::optional<std::string> text;
  if (!database.query(kSelectPlan, date_id, concert_id).read_first(text)) return std::nullopt;
  if (text) return SeatPlan::parse(*text);
  return db::transact(database, [&](db::Transaction& transaction) {
    SeatPlan plan = keep_seat_plan(transaction, date_id);
    transaction.commit();
    return plan;
  });
}

}  // namespace stagedoor::operations
