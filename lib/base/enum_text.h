#pragma once

#include <array>
#include <cassert>
#include <optional>
#include <string_view>
#include <type_traits>

namespace stagedoor {

template <typename Enum>
struct EnumText {
  Enum value;
  std::string_view text;
};

// The texts of an enum, as the database and the API spell its values, stand in one table beside it:
//
//   constexpr auto enum_texts(SeatStatus) {
//     return std::array{EnumText{SeatStatus::kAvailable, "AVAILABLE"}, ...};
//   }
template <typename Enum>
concept HasTexts = std::is_enum_v<Enum> && requires(Enum value) {
  enum_texts(value);
};

template <HasTexts Enum>
constexpr std::string_view text_of(Enum value) {
  for (const auto& [known, text] : enum_texts(value)) {
    if (known == value) return text;
  }
  assert(false);  // a value that the table leaves out
  return {};
}

// The value with this text, if there is one.
template <HasTexts Enum>
constexpr std::optional<Enum> parse_enum(std::string_view wanted) {
  for (const auto& [value, text] : enum_texts(Enum{})) {
    if (text == wanted) return value;
  }
  return std::nullopt;
}

}  // namespace stagedoor
