#include "schemas/row_layout.h"

#include <gtest/gtest.h>

#include <set>

namespace pillion {
namespace {

Schema Doubles(std::size_t count) {
  Schema columns;
  for (std::size_t i = 0; i < count; ++i) {
    columns.push_back({"c" + std::to_string(i), DataType::Scalar(BasicType::kDouble)});
  }
  return columns;
}

TEST(RowLayout, PlacesFieldsApartAndAligned) {
  Schema columns;
  for (int base = 1; base <= 9; ++base) {
    const auto type = static_cast<BasicType>(base);
    columns.push_back({"s" + std::to_string(base), DataType::Scalar(type)});
    columns.push_back({"l" + std::to_string(base), DataType::List(type)});
    columns.push_back({"t" + std::to_string(base), DataType::Tensor(type)});
    columns.push_back({"m" + std::to_string(base), DataType::Map(type, type)});
  }
  const auto layout = RowLayout::Make(columns);
  ASSERT_TRUE(layout);
  EXPECT_EQ(layout->table_position() % 8, 4U);
  std::set<std::uint32_t> taken = {0, 1, 2, 3};
  for (std::size_t i = 0; i < layout->size(); ++i) {
    const ColumnLayout& column = (*layout)[i];
    EXPECT_EQ((layout->table_position() + column.slot) % column.inline_bytes, 0U) << i;
    for (std::uint32_t byte = 0; byte < column.inline_bytes; ++byte) {
      EXPECT_TRUE(taken.insert(column.slot + byte).second) << i;
    }
  }
  EXPECT_LE(*taken.rbegin(), layout->table_bytes());
}

TEST(RowLayout, FindsColumnsByName) {
  const auto layout = RowLayout::Make(Doubles(3));
  EXPECT_EQ(layout->Find("c2"), 2U);
  EXPECT_EQ(layout->Find("C2"), std::nullopt);
  EXPECT_EQ(layout->Find(""), std::nullopt);
}

// A table's fields are counted in 16 bits: 4 bytes and 8,191 doubles.
TEST(RowLayout, RefusesMoreThanATableHolds) {
  EXPECT_TRUE(RowLayout::Make(Doubles(8191)));
  EXPECT_FALSE(RowLayout::Make(Doubles(8192)));
  EXPECT_TRUE(RowLayout::Make({}));
}

// FNV-1a by its published constants, over: count, then for each column the length and bytes of
// its name, shape, base and nullable.
TEST(HashSchema, IsTheOneThatOtherReleasesCompute) {
  EXPECT_EQ(HashSchema({}), 0xa8c7f832281a39c5ULL);
  EXPECT_EQ(HashSchema({{"a", DataType::Scalar(BasicType::kDouble)}}), 0x62492ea84af19588ULL);
}

TEST(HashSchema, TellsNamesTypesAndOrderApart) {
  const Field a = {"a", DataType::Vector(3)};
  const Field b = {"b", DataType::Scalar(BasicType::kInt)};
  std::set<std::uint64_t> hashes;
  const Schema schemas[] = {{},
                            {a},
                            {b},
                            {a, b},
                            {b, a},
                            {{"a", DataType::Vector()}},
                            {{"a", DataType::Vector(3, false)}},
                            {{"a", DataType::Tensor(BasicType::kDouble)}},
                            {{"a", DataType::Tensor(BasicType::kDouble, {{}})}},
                            {{"a", DataType::List(BasicType::kDouble)}},
                            {{"ab", DataType::Vector(3)}},
                            {{"a", DataType::Map(BasicType::kInt, BasicType::kDouble)}},
                            {{"a", DataType::Map(BasicType::kLong, BasicType::kDouble)}}};
  for (const Schema& schema : schemas) EXPECT_TRUE(hashes.insert(HashSchema(schema)).second);
}

}  // namespace
}  // namespace pillion
