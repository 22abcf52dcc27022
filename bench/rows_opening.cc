// The opening: a whole crowd joins one line at one instant.
#include <algorithm>
#include <map>
#include <stdexcept>

#include "buyer.h"
#include "rows.h"

namespace stagedoor::bench {
namespace {

constexpr std::int64_t kInside = 100;
constexpr std::int64_t kSeats = 2'000;
// Of two users whose first requests were sent in this order, the later one was let in by so much
// earlier.
constexpr double kOvertakenS = 0.5;

constexpr const char* kSelectAdmissions =
    "SELECT user_id, place, admitted_at FROM queue_tokens"
    " WHERE concert_id = ? AND admitted_at IS NOT NULL";

struct Opening {
  std::size_t first_refused = 0;  // first answers that were a 503
  std::size_t other_refused = 0;  // later ones
  std::size_t paid = 0;
  std::vector<double> joins_ms = {};  // each from the first request to the successful answer
  double all_joined_ms = 0;
  double took_s = 0;
  std::size_t admitted_out_of_order = 0;
  double overtaken_percent = 0;
};

struct Admission {
  std::size_t buyer = 0;  // by the order of the first requests
  std::int64_t place = 0;
  Time at;
};

std::vector<Admission> read_admissions(Stage& stage, const Show& show, std::size_t buyers) {
  std::map<UserId, std::size_t> numbers;
  for (std::size_t i = 0; i < buyers; ++i) {
    numbers.emplace(Stage::user(static_cast<std::int64_t>(i)), i);
  }
  std::vector<Admission> admissions;
  for (db::Rows rows = stage.database().query(kSelectAdmissions, show.concert); rows.next();) {
    UserId user;
    Admission admission;
    rows.read(user, admission.place, admission.at);
    admission.buyer = numbers.at(user);
    admissions.push_back(admission);
  }
  return admissions;
}

// How many were let in before one that has a smaller place.
std::size_t admitted_out_of_order(std::vector<Admission> admissions) {
  std::sort(admissions.begin(), admissions.end(),
            [](const auto& left, const auto& right) { return left.place < right.place; });
  std::size_t count = 0;
  Time latest{};
  for (const Admission& admission : admissions) {
    if (admission.at < latest) ++count;
    latest = std::max(latest, admission.at);
  }
  return count;
}

double overtaken_percent(std::vector<Admission> admissions) {
  std::sort(admissions.begin(), admissions.end(),
            [](const auto& left, const auto& right) { return left.buyer < right.buyer; });
  double pairs = 0;
  double overtaken = 0;
  for (std::size_t i = 0; i < admissions.size(); ++i) {
    for (std::size_t k = i + 1; k < admissions.size(); ++k) {
      const std::chrono::duration<double> ahead = admissions[i].at - admissions[k].at;
      if (ahead.count() > kOvertakenS) ++overtaken;
      ++pairs;
    }
  }
  return pairs > 0 ? 100 * overtaken / pairs : 0;
}

// All of them join at one instant and buy the best seat that is left, without thinking.
Opening open_doors(Stage& stage, std::size_t buyers) {
  const Show show = stage.create_show(kInside, {kSeats});
  std::vector<Buyer> crowd;
  for (std::size_t i = 0; i < buyers; ++i) {
    crowd.emplace_back(stage, show, static_cast<std::int64_t>(i), std::nullopt);
  }
  Opening opening;
  std::vector<Micros> first_sent_at(buyers);
  Micros began{};
  std::vector<bool> has_asked(buyers);
  const Micros took = play_crowd(stage.port(), buyers, [&](std::size_t i, const Answer* answer) {
    if (answer == nullptr) {
      first_sent_at[i] = monotonic_now();
      if (i == 0) began = first_sent_at[i];
    } else {
      if (answer->status == kTooMany) {
        ++(has_asked[i] ? opening.other_refused : opening.first_refused);
      } else if (crowd[i].at() == kJoin) {
        const Micros now = monotonic_now();
        opening.joins_ms.push_back(milliseconds(now - first_sent_at[i]));
        opening.all_joined_ms = milliseconds(now - began);
      }
      has_asked[i] = true;
    }
    return crowd[i].next(answer);
  });
  opening.took_s = milliseconds(took) / 1'000;
  opening.paid = static_cast<std::size_t>(std::count_if(
      crowd.begin(), crowd.end(), [](const Buyer& buyer) { return buyer.has_paid(); }));
  const auto admissions = read_admissions(stage, show, buyers);
  opening.admitted_out_of_order = admitted_out_of_order(admissions);
  opening.overtaken_percent = overtaken_percent(admissions);
  return opening;
}

std::string table_row(const std::string& name, const Opening& opening) {
  std::string row = "| " + name;
  for (const double value :
       {100 * static_cast<double>(opening.first_refused) /
            static_cast<double>(opening.joins_ms.size()),
        static_cast<double>(opening.other_refused), percentile(opening.joins_ms, 50),
        percentile(opening.joins_ms, 99), opening.all_joined_ms, opening.took_s,
        static_cast<double>(opening.paid) / opening.took_s, opening.overtaken_percent}) {
    row += " | " + number_text(value);
  }
  return row + " |\n";
}

Line within(const std::string& measure, double value, const std::string& unit, double most) {
  return {measure, value, unit, {}, "<= " + number_text(most), value <= most};
}

}  // namespace

void measure_opening(Bench& bench) {
  constexpr std::size_t kSmall = 2'000;
  constexpr std::size_t kLarge = 10'000;
  std::string table =
      "Openings, 100 inside, 2,000 seats, no thinking time:\n\n"
      "| buyers | first answers 503 (%) | later 503 | join p50 (ms) | p99 | last (ms)"
      " | all through (s) | paid/s | overtaken by 0.5 s (%) "
      "|\n|---|---|---|---|---|---|---|---|---|\n";
  const Opening small = open_doors(bench.stage, kSmall);
  const Opening large = open_doors(bench.stage, kLarge);
  if (small.paid != kSmall || large.paid != static_cast<std::size_t>(kSeats)) {
    throw std::runtime_error("an opening sold " + std::to_string(small.paid) + " and " +
                             std::to_string(large.paid) + " seats");
  }
  const auto& lines = {
      within("opening of 2,000: last join answered", small.all_joined_ms, "ms", 600),
      within("opening of 2,000: all have paid after", small.took_s, "s", 8),
      within("opening of 2,000: answers that are 503",
             static_cast<double>(small.first_refused + small.other_refused), "", 0),
      within("opening of 2,000: pairs overtaken by more than 0.5 s", small.overtaken_percent, "%",
             1),
      within("opening of 10,000: join p99", percentile(large.joins_ms, 99), "ms", 2'000),
      within("opening of 10,000: first answers that are 503",
             static_cast<double>(large.first_refused), "", 0),
      within("openings: admitted before a smaller place",
             static_cast<double>(small.admitted_out_of_order + large.admitted_out_of_order), "",
             0)};
  bench.lines.insert(bench.lines.end(), lines.begin(), lines.end());
  bench.tables.push_back(table + table_row("2,000", small) + table_row("10,000", large));
}

}  // namespace stagedoor::bench
