#pragma once

#include <string_view>

namespace stagedoor::fastcgi {

enum class Arrival { kPartial, kWhole, kMalformed };

// How much of one request has arrived, of the grammar that nginx writes:
//   request = begin, {params}, params of length 0, {stdin}, stdin of length 0
//   record  = version 1, type, id (2 bytes), length (2), padding length, reserved, content, padding
// All records have the same id, which is not 0. Everything else is malformed.
Arrival arrival_of(std::string_view bytes);

}  // namespace stagedoor::fastcgi
