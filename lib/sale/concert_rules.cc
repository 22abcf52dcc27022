#include "sale/concert_rules.h"

#include <algorithm>

#include "base/encoding.h"

namespace stagedoor {

std::vector<SeatRange> default_seats() { return {SeatRange{}}; }

SaleState sale_state(const Concert& concert, Time now) {
  const ConcertSettings& settings = concert.settings;
  if (now >= concert.last_date_at) return SaleState::kClosed;
  if (settings.sale_closes_at && now >= *settings.sale_closes_at) return SaleState::kClosed;
  if (settings.sale_opens_at && now < *settings.sale_opens_at) return SaleState::kScheduled;
  return concert.sold_out ? SaleState::kSoldOut : SaleState::kOpen;
}

std::vector<FieldError> check_settings(const ConcertSettings& settings) {
  std::vector<FieldError> errors;
  if (settings.sale_opens_at && settings.sale_closes_at &&
      *settings.sale_closes_at <= *settings.sale_opens_at) {
    errors.push_back({"sale_closes_at", "must be after sale_opens_at"});
  }
  const bool is_lottery = settings.order == LineOrder::kLottery;
  if (is_lottery && !settings.sale_opens_at) {
    errors.push_back({"sale_opens_at", "is missing: a lottery is drawn then"});
  }
  if (settings.beacon && !is_lottery) errors.push_back({"beacon", "is for a lottery"});
  return errors;
}

std::vector<FieldError> check_beacon(const ConcertSettings& settings, Time now) {
  if (settings.order != LineOrder::kLottery || !settings.sale_opens_at || !settings.beacon) {
    return {};
  }
  const Time closes_at = *settings.sale_opens_at - std::chrono::seconds{settings.draw_lead_s};
  if (settings.beacon->due_at > std::max(closes_at, now)) return {};
  return {{"beacon.round", "is known before the entries close"}};
}

namespace {

// The characters of the range's last label, in which `{n}` is the number of seats. REQUIRES: it
// has a label.
std::size_t last_label_length(const SeatRange& range) {
  constexpr std::string_view kCounter = "{n}";
  const std::size_t digits = std::to_string(range.count()).size();
  std::size_t length = count_characters(*range.label);
  for (std::size_t at = 0; (at = range.label->find(kCounter, at)) != std::string::npos;) {
    length = length - kCounter.size() + digits;
    at += kCounter.size();
  }
  return length;
}

}  // namespace

std::vector<FieldError> check_seats(const std::vector<SeatRange>& seats, const std::string& field) {
  std::vector<FieldError> errors;
  std::int64_t total = 0;
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < seats.size(); ++i) {
    if (seats[i].to < seats[i].from) {
      errors.push_back({field + "[" + std::to_string(i) + "].to", "must not be less than from"});
      continue;
    }
    if (seats[i].label && last_label_length(seats[i]) > kLabelLengthMax) {
      errors.push_back({field + "[" + std::to_string(i) + "].label",
                        "is longer than " + std::to_string(kLabelLengthMax) +
                            " characters with its numbers in it"});
    }
    total += seats[i].count();
    order.push_back(i);
  }
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return seats[a].from < seats[b].from; });
  std::size_t furthest = 0;  // of those looked at, the range that reaches highest
  for (std::size_t k = 0; k < order.size(); ++k) {
    const std::size_t here = order[k];
    if (k > 0 && seats[here].from <= seats[furthest].to) {
      errors.push_back({field + "[" + std::to_string(here) + "]",
                        "overlaps " + field + "[" + std::to_string(furthest) + "]"});
    }
    if (k == 0 || seats[here].to > seats[furthest].to) furthest = here;
  }
  if (total > kSeatsPerDateMax) {
    errors.push_back({field, "has more than 100000 seats"});
  }
  return errors;
}

}  // namespace stagedoor
