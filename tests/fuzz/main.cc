// What libFuzzer calls. The seeds are written into the corpus, which is the folder it is started
// with.
#include <cstdint>
#include <filesystem>
#include <fstream>

#include "fuzz/fuzz.h"

namespace fuzz = stagedoor::fuzz;

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  for (int i = 1; i < *argc; ++i) {
    const std::filesystem::path corpus((*argv)[i]);
    if (corpus.string().starts_with('-')) continue;
    std::filesystem::create_directories(corpus);
    int number = 0;
    for (const std::string& seed : fuzz::seeds()) {
      std::ofstream(corpus / ("seed_" + std::to_string(++number))) << seed;
    }
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::try_input({reinterpret_cast<const char*>(data), size});
  return 0;
}
