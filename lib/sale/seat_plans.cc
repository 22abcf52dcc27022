#include "sale/seat_plans.h"

#include "base/json_writer.h"

namespace stagedoor::sale {
namespace {

constexpr std::size_t kPlanBytesMax = 1'000'000;

constexpr const char* kSelectSeats =
    "SELECT number, label, section, grade, price FROM seats WHERE date_id = ? ORDER BY number";

// Another process may have read them at the same moment.
constexpr const char* kInsertPlan = "INSERT IGNORE INTO seat_plans (date_id, plan) VALUES (?, ?)";

constexpr const char* kSelectPlan =
    "SELECT p.plan FROM dates d LEFT JOIN seat_plans p ON p.date_id = d.date_id"
    " WHERE d.date_id = ? AND d.concert_id = ?";

constexpr const char* kSelectPlansToCheck =
    "SELECT p.date_id FROM seat_plans p JOIN dates d ON d.date_id = p.date_id"
    " WHERE d.starts_at > SYSDATE(6) AND p.plan <> '' ORDER BY p.date_id";
constexpr const char* kSelectPlanText = "SELECT plan FROM seat_plans WHERE date_id = ?";

// `source`: whatever asks the database.
template <typename Source>
SeatPlan read_plan(Source& source, DateId date_id) {
  SeatPlan plan;
  std::int64_t number = 0;
  std::string label;
  std::optional<std::string> section;
  std::string grade;
  Money price;
  for (db::Rows rows = source.query(kSelectSeats, date_id); rows.next();) {
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
  std::string text = plan.encode();
  if (text.size() > kPlanBytesMax) text.clear();
  transaction.execute(kInsertPlan, date_id, text);
  return plan;
}

std::optional<SeatPlan> find_seat_plan(db::Connection& database, ConcertId concert_id,
                                       DateId date_id) {
  std::optional<std::string> text;
  if (!database.query(kSelectPlan, date_id, concert_id).read_first(text)) return std::nullopt;
  if (!text) {
    return db::transact(database, [&](db::Transaction& transaction) {
      SeatPlan plan = keep_seat_plan(transaction, date_id);
      transaction.commit();
      return plan;
    });
  }
  // One of a later version may say it in another way.
  auto plan = text->empty() ? std::nullopt : SeatPlan::parse(*text);
  return plan ? plan : read_plan(database, date_id);
}

std::vector<std::string> wrong_seat_plans(db::Snapshot& snapshot, std::size_t count_max) {
  std::vector<DateId> dates;
  for (db::Rows rows = snapshot.query(kSelectPlansToCheck); rows.next();) {
    rows.read(dates.emplace_back());
  }
  std::vector<std::string> wrong;
  for (const DateId date_id : dates) {
    std::string text;
    snapshot.query(kSelectPlanText, date_id).read_first(text);
    if (read_plan(snapshot, date_id).encode() == text) continue;
    wrong.push_back("date " + std::to_string(date_id.value));
    if (wrong.size() == count_max) break;
  }
  return wrong;
}

}  // namespace stagedoor::sale
