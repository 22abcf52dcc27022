// A path of a tile is accepted only in its shortest form.
#include "proof/tile_path.h"
#include "fuzz/fuzz.h"
#include "proof/merkle.h"

namespace stagedoor::fuzz {

void try_input(std::string_view input) {
  const auto tile = proof::parse_tile_path(input);
  if (!tile) return;
  std::string path = std::to_string(tile->index);
  path.insert(0, (3 - path.size() % 3) % 3, '0');
  for (std::size_t end = path.size() - 3; end > 0; end -= 3) path.insert(end, "/");
  for (std::size_t slash = 0; (slash = path.find('/', slash)) != path.npos; slash += 5) {
    path.insert(slash - 3, "x");
    ++slash;
  }
  path.insert(0, (tile->is_entries ? "entries" : std::to_string(tile->level)) + "/");
  if (tile->width < proof::kTileWidth) path += ".p/" + std::to_string(tile->width);
  expect(path == input, "only as it is written");
}

std::vector<std::string> seeds() { return {"0/000", "1/x001/x234/067", "entries/x001/000.p/17"}; }

}  // namespace stagedoor::fuzz
