#pragma once

#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

// What each target defines, and what it says with.
namespace stagedoor::fuzz {

// Tries one input. A property that does not hold ends the process, and libFuzzer keeps the input.
void try_input(std::string_view input);

// Inputs to start from.
std::vector<std::string> seeds();

inline void expect(bool holds, const char* property) {
  if (holds) return;
  std::cerr << "does not hold: " << property << '\n';
  std::abort();
}

}  // namespace stagedoor::fuzz
