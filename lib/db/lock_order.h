#pragma once

#include <array>
#include <functional>

#include "base/enum_text.h"

namespace stagedoor::db {

// What transactions wait for, in the one order in which each of them takes its locks; see
// docs/locking.md.
enum class LockRank {
  kUser,
  kConcert,
  kLine,
  kPlaces,
  kLog,
  kToken,
  kReservation,
  kPayment,
  kSeats
};

constexpr auto enum_texts(LockRank /*of*/) {
  using enum LockRank;
  return std::array{EnumText{kUser, "user"},
                    EnumText{kConcert, "concert"},
                    EnumText{kLine, "line"},
                    EnumText{kPlaces, "places"},
                    EnumText{kLog, "log"},
                    EnumText{kToken, "token"},
                    EnumText{kReservation, "reservation"},
                    EnumText{kPayment, "payment"},
                    EnumText{kSeats, "seats"}};
}

// Hears of each lock that a transaction is about to take; `is_first`: it is the first one of its
// transaction.
using LockObserver = std::function<void(LockRank, bool is_first)>;

// The ranks that one transaction has entered.
class LockOrder {
 public:
  // Throws std::logic_error, which ends the transaction, when a later rank was entered before.
  void enter(LockRank rank);
  [[nodiscard]] bool is_empty() const { return entered_ == 0; }
  [[nodiscard]] bool has_entered(LockRank rank) const { return (entered_ & bit(rank)) != 0; }

 private:
  static unsigned bit(LockRank rank) { return 1U << static_cast<unsigned>(rank); }
  unsigned entered_ = 0;
};

}  // namespace stagedoor::db
