#include "base/gzip.h"

#include <gtest/gtest.h>
#include <zlib.h>

namespace stagedoor {
namespace {

std::string unzipped(const std::string& compressed, std::size_t size) {
  std::string content(size + 1, '\0');
  z_stream stream{};
  constexpr int kGzipOnly = 15 + 16;
  EXPECT_EQ(inflateInit2(&stream, kGzipOnly), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  stream.avail_in = static_cast<uInt>(compressed.size());
  stream.next_out = reinterpret_cast<Bytef*>(content.data());
  stream.avail_out = static_cast<uInt>(content.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  content.resize(stream.total_out);
  inflateEnd(&stream);
  return content;
}

}  // namespace

TEST(Gzip, IsReadBack) {
  std::string seats;
  for (int i = 0; i < 50'000; ++i) seats += "seat " + std::to_string(i * 7919 % 50'021) + ",";
  for (const std::string& content : {std::string(), std::string(1, '\0'), seats}) {
    EXPECT_EQ(unzipped(gzip(content), content.size()), content);
  }
  EXPECT_LT(gzip(seats).size(), seats.size() / 2);
}

TEST(Gzip, OfTheSameContentIsTheSame) { EXPECT_EQ(gzip("a hall"), gzip("a hall")); }

}  // namespace stagedoor
