#pragma once

#include <string>

#include "money/money_rules.h"

namespace stagedoor {

std::string payment_json(const Payment& payment);

}  // namespace stagedoor
