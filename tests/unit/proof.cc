// The formats that strangers read: each against the values of those who defined it.
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "proof/log_entry.h"
#include "proof/merkle.h"
#include "proof/signed_note.h"
#include "proof/tile_path.h"

namespace stagedoor::proof {
namespace {

std::string hex(const Hash& hash) { return to_hex(bytes_of(hash)); }

std::vector<Hash> leaves(std::size_t count) {
  std::vector<Hash> hashes;
  for (std::size_t i = 0; i < count; ++i) hashes.push_back(leaf_hash(std::to_string(i)));
  return hashes;
}

Frontier frontier_of(const std::vector<Hash>& hashes) {
  Frontier frontier;
  const std::span all(hashes);
  for (std::size_t begin = 0; begin + 256 <= all.size(); begin += 256) {
    frontier.add(root_of(all.subspan(begin, 256)));
  }
  return frontier;
}

}  // namespace

// The tree of the tests of Certificate Transparency (RFC 6962).
TEST(MerkleTree, HasTheRootsOfCertificateTransparency) {
  const std::vector<std::string> entries = {"",
                                            "00",
                                            "10",
                                            "2021",
                                            "3031",
                                            "40414243",
                                            "5051525354555657",
                                            "606162636465666768696a6b6c6d6e6f"};
  const std::vector<std::string> roots = {
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
      "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  std::vector<Hash> hashes;
  for (std::size_t size = 0; size < roots.size(); ++size) {
    EXPECT_EQ(hex(root_of(hashes)), roots[size]) << size;
    if (size < entries.size()) hashes.push_back(leaf_hash(*parse_hex(entries[size])));
  }
}

TEST(Frontier, HasTheRootOfAllLeavesWhateverTheirNumber) {
  const auto all = leaves(256 * 256 + 600);
  for (const std::size_t size : {0U, 1U, 255U, 256U, 257U, 511U, 512U, 5'000U, 65'280U, 65'535U,
                                 65'536U, 65'537U, 65'792U, 65'793U, 66'136U}) {
    const std::vector<Hash> some(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(size));
    const Frontier frontier = frontier_of(some);
    const std::size_t behind = size / 256 * 256;
    EXPECT_EQ(frontier.root(std::span(some).subspan(behind)), root_of(some)) << size;
    EXPECT_EQ(frontier.tiles(), static_cast<std::int64_t>(size / 256));
  }
}

TEST(Frontier, KeepsTheLastTileOfEachLevel) {
  const auto all = leaves(256 * 258);
  const Frontier frontier = frontier_of(all);
  ASSERT_EQ(frontier.last_tile(1).size(), 2U);
  EXPECT_EQ(frontier.last_tile(1)[1], root_of(std::span(all).subspan(256 * 257, 256)));
  ASSERT_EQ(frontier.last_tile(2).size(), 1U);
  EXPECT_EQ(frontier.last_tile(2)[0], root_of(std::span(all).first(256 * 256)));
  EXPECT_TRUE(frontier.last_tile(3).empty());
}

TEST(Frontier, IsReadAsItWasWritten) {
  for (const std::size_t size : {0U, 256U, 256U * 255, 256U * 256, 256U * 258}) {
    const std::string bytes = frontier_of(leaves(size)).encode();
    const auto read = Frontier::decode(bytes);
    ASSERT_TRUE(read) << size;
    EXPECT_EQ(read->encode(), bytes);
    EXPECT_EQ(read->tiles(), static_cast<std::int64_t>(size / 256));
  }
  const std::string good = frontier_of(leaves(256)).encode();
  for (const std::string& bad : {std::string(), "\x02" + good.substr(1), good + "x", good + '\0',
                                 good.substr(0, good.size() - 1)}) {
    EXPECT_FALSE(Frontier::decode(bad));
  }
}

TEST(LogEntry, TellsNumberTokenAndTimeAndNothingElse) {
  const auto token = TokenId::parse("0190163d-8694-739b-aea5-966c26f8ad91");
  const std::string bytes = encode_entry({258, *token, Time{Micros{1'795'980'600'123'456}}});
  EXPECT_EQ(to_hex(bytes), "0000000000000102" + hex(sha256(token->text())) + "0006616f51b1a040");
}

// The example of the package golang.org/x/mod/sumdb/note, made with a key of its authors.
TEST(ASignature, IsCheckedLikeThatOfANoteElsewhere) {
  const std::string text =
      "If you think cryptography is the answer to your problem,\n"
      "then you don't know what your problem is.\n";
  const std::string key =
      *parse_hex("1a5cd907143c384c41e830c5bce12aa8817ec5649aaabf2c31388b35b2d744d6");
  const std::string signature = *parse_hex(
      "f64992e052f541bf49f7dcbc8010c5506d885ba92cbafca40704959227348b86"
      "52060dd451580b6a5948d5e02afa9fa9d9e0a2da5165be8a13a472c81c099c03");
  EXPECT_TRUE(is_signature(signature, text, key));
  EXPECT_FALSE(is_signature(signature, text + " ", key));
  EXPECT_FALSE(is_signature(signature.substr(1), text, key));
}

TEST(ASignedNote, NamesItsKeysAndVerifies) {
  const SigningKey key("a secret of the operator");
  const SigningKey older("an older secret");
  EXPECT_EQ(key.key_id(), hex(sha256(key.public_key())).substr(0, 16));
  EXPECT_NE(key.key_id(), older.key_id());
  const std::string note =
      sign_checkpoint("stagedoor-1/concerts/7", 3, sha256("root"), {key, older});
  const std::string text =
      "stagedoor-1/concerts/7\n3\n" + to_base64(bytes_of(sha256("root"))) + "\n";
  ASSERT_TRUE(note.starts_with(text + "\n\u2014 stagedoor-1/concerts/7 ")) << note;
  std::string named("stagedoor-1/concerts/7\n\x01");
  named += key.public_key();
  const std::string key_hash(bytes_of(sha256(named)).substr(0, 4));
  EXPECT_NE(note.find(to_base64(key_hash + key.sign(text))), note.npos) << note;
  EXPECT_TRUE(is_signature(key.sign(text), text, key.public_key()));
  EXPECT_FALSE(is_signature(key.sign(text), text + "x", key.public_key()));
  EXPECT_FALSE(is_signature(key.sign(text), text, older.public_key()));
}

TEST(TilePath, IsReadInItsOnlyForm) {
  const auto tile = [](const char* path) { return parse_tile_path(path).value_or(Tile{}); };
  EXPECT_EQ(tile("0/000").width, 256);
  EXPECT_EQ(tile("2/255").level, 2);
  EXPECT_EQ(tile("0/x001/x234/067").index, 1'234'067);
  EXPECT_EQ(tile("1/x001/067.p/9").index, 1'067);
  EXPECT_EQ(tile("1/x001/067.p/9").width, 9);
  EXPECT_TRUE(tile("entries/003").is_entries);
  EXPECT_EQ(tile("entries/003.p/255").width, 255);
  for (const char* bad : {"",           "0",
                          "0/",         "0/0",
                          "0/0000",     "0/x001",
                          "0/x000/001", "0/001/002",
                          "64/000",     "-1/000",
                          "00/000",     "x/000",
                          "0/000.p/0",  "0/000.p/256",
                          "0/000.p/01", "0/000.p/",
                          "0/000.q/1",  "0/000/",
                          "0/0a0",      "0/x001/x002/x003/004",
                          "entries/",   "entries/000.p/1/2",
                          "0//000"}) {
    EXPECT_FALSE(parse_tile_path(bad)) << bad;
  }
}

}  // namespace stagedoor::proof
