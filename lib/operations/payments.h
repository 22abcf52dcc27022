#pragma once

#include <functional>
#include <optional>
#include <string>

#include "domain/money.h"
#include "operations/idempotency.h"
#include "operations/pages.h"
#include "operations/queue_tokens.h"

namespace stagedoor::operations {

using RenderPayment = std::function<std::string(const Payment&)>;

struct PayRequest {
  UserId user_id;
  Outcome<QueueTokenClaims> token;  // as read from the request; refused only after a replay
  ReservationId reservation_id;
  IdempotencyKey key;
};

// Turns a live hold into ownership: debit, seats SOLD, payment, ledger, reservation CONFIRMED,
// token EXPIRED (PAID), in one transaction. Whether that may be, the reservation decides, not the
// queue.
Outcome<StoredAnswer> pay(WaitingRoom& room, const PayRequest& request,
                          const RenderPayment& render);

// Gives money and seats back. kNotFound, kAlreadyRefunded, kRefundClosed.
Outcome<StoredAnswer> refund(WaitingRoom& room, UserId user_id, PaymentId id,
                             const IdempotencyKey& key, const RenderPayment& render);

// kNotFound when it is not the user's.
Outcome<Payment> find_payment(db::Connection& database, UserId user_id, PaymentId id);

// Newest first, after the one given.
TimePage<Payment> list_payments(db::Connection& database, UserId user_id,
                                const std::optional<TimeCursor<PaymentId>>& after, int limit);

}  // namespace stagedoor::operations
