#include "db/lock_order.h"

#include <stdexcept>
#include <string>

namespace stagedoor::db {

void LockOrder::enter(LockRank rank) {
  for (const auto& [other, text] : enum_texts(rank)) {
    if (other <= rank || !has_entered(other)) continue;
    throw std::logic_error("a lock of " + std::string(text_of(rank)) + " behind one of " +
                           std::string(text));
  }
  entered_ |= bit(rank);
}

}  // namespace stagedoor::db
