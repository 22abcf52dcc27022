#pragma once

namespace stagedoor::testing {

// Round 1000 of drand's quicknet, as it was published. tests/browser/modules/beacon.test.mjs
// verifies its signature.
inline constexpr const char* kRandomness =
    "fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd";
inline constexpr const char* kSignature =
    "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125"
    "e342b73a8dd2bacbe47e4b6b63ed5e39";

}  // namespace stagedoor::testing
