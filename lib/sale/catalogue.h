#pragma once

#include <functional>
#include <string>

#include "line/queue_tokens.h"
#include "sale/concerts.h"

// What anyone may read of concerts, from the cache, and the changes that make it old. The only
// place that knows under which names it is cached and how old it may be.
namespace stagedoor::sale {

// Writes what is cached; an empty text is not kept.
using WriteText = std::function<std::string()>;

std::string cached_concert_page(line::LineStores& stores, const ConcertFilter& filter, Time now,
                                const WriteText& write);
std::string cached_concert(line::LineStores& stores, ConcertId id, Time now,
                           const WriteText& write);
std::string cached_dates(line::LineStores& stores, ConcertId id, bool available_only, Time now,
                         const WriteText& write);
std::string cached_stats(line::LineStores& stores, ConcertId id, Time now, const WriteText& write);

// The same operations as in concerts.h, which then make every reader and the line of the concert
// see the change.
CreatedConcert put_on_sale(line::LineStores& stores, const NewConcert& concert);
Outcome<DateSummary> put_date_on_sale(line::LineStores& stores, ConcertId id, const NewDate& date);
Outcome<Concert> apply_change(line::LineStores& stores, ConcertId id,
                              const std::function<void(ConcertSettings&)>& change);
int put_demo_on_sale(line::LineStores& stores);

}  // namespace stagedoor::sale
