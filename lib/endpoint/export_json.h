#pragma once

#include <string>

#include "endpoint/account_json.h"

namespace stagedoor {

// All that is stored about the user. The lists are read one after the other: what happens meanwhile
// may be in one of them and not in another.
std::string export_json(const UserInPath& user, Services& services);

}  // namespace stagedoor
