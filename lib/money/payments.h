#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/pages.h"
#include "line/queue_tokens.h"
#include "money/money_rules.h"
#include "people/apply_once.h"

namespace stagedoor::money {

using RenderPayment = std::function<std::string(const Payment&)>;

struct PayRequest {
  UserId user_id;
  Outcome<QueueTokenClaims> token;  // as read from the request; refused only after a replay
  ReservationId reservation_id;
  people::IdempotencyKey key;
};

// Turns a live hold into ownership: debit, seats SOLD, payment, ledger, reservation CONFIRMED,
// token EXPIRED (PAID), in one transaction. Whether that may be, the reservation decides, not the
// queue.
Outcome<people::StoredAnswer> pay(line::LineStores& stores, const PayRequest& request,
                                  const RenderPayment& render);

// Gives money and seats back. kNotFound, kAlreadyRefunded, kRefundClosed.
Outcome<people::StoredAnswer> refund(line::LineStores& stores, UserId user_id, PaymentId id,
                                     const people::IdempotencyKey& key,
                                     const RenderPayment& render);

// kNotFound when it is not the user's.
Outcome<Payment> find_payment(db::Connection& database, UserId user_id, PaymentId id);

// Newest first, after the one given.
TimePage<Payment> list_payments(db::Connection& database, UserId user_id,
                                const std::optional<TimeCursor<PaymentId>>& after, int limit);

}  // namespace stagedoor::money
