#pragma once

#include <string>

#include "domain/money.h"

namespace stagedoor {

std::string payment_json(const Payment& payment);

}  // namespace stagedoor
