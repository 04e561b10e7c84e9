#include "schemas/rows/row_layout.h"

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
  for (const TableLimits& limits : {TableLimits{}, TableLimits{0, 5}}) {
    const auto layout = RowLayout::Make(columns, limits);
    ASSERT_TRUE(layout);
    EXPECT_EQ(layout->table_position() % 8, 4U);
    std::set<std::uint32_t> taken;
    const auto take = [&](std::uint32_t position, std::uint32_t bytes) {
      for (std::uint32_t i = 0; i < bytes; ++i) {
        EXPECT_TRUE(taken.insert(position + i).second) << position;
      }
    };
    take(0, 4);
    take(RowLayout::kVtablePosition, layout->vtable_bytes());
    take(layout->table_position(), 4 + 4 * layout->part_count());
    for (std::size_t i = 0; i < layout->size(); ++i) {
      const ColumnLayout& column = (*layout)[i];
      EXPECT_EQ(column.slot % column.inline_bytes, 0U) << i;
      take(column.slot, column.inline_bytes);
      if (layout->part_count() != 0) take(column.entry, 2);
    }
    EXPECT_LE(*taken.rbegin(), layout->empty_row().size());
    EXPECT_EQ(layout->empty_row().size() % 4, 0U);
  }
}

TEST(RowLayout, FindsColumnsByName) {
  Schema columns = Doubles(300);
  columns.push_back({"c2", DataType::Scalar(BasicType::kString)});
  const auto layout = RowLayout::Make(columns);
  for (std::uint32_t i = 0; i < 300; ++i) EXPECT_EQ(layout->Find("c" + std::to_string(i)), i);
  EXPECT_EQ(layout->Find("C2"), std::nullopt);
  EXPECT_EQ(layout->Find(""), std::nullopt);
}

// The bytes of a table's fields are counted in 16 bits, the vtable's too: 4 bytes and 8,191
// doubles, or 32,765 booleans.
TEST(RowLayout, StandsInPartsOnlyBeyondWhatATableHolds) {
  EXPECT_EQ(RowLayout::Make({})->part_count(), 0U);
  EXPECT_EQ(RowLayout::Make(Doubles(8191))->part_count(), 0U);
  EXPECT_EQ(RowLayout::Make(Doubles(8192))->part_count(), 2U);
  EXPECT_EQ(RowLayout::Make(Doubles(8193))->part_count(), 3U);
  const auto booleans = [](std::size_t count) {
    Schema columns = Doubles(count);
    for (Field& column : columns) column.type = DataType::Scalar(BasicType::kBoolean);
    return columns;
  };
  EXPECT_EQ(RowLayout::Make(booleans(32765))->part_count(), 0U);
  EXPECT_EQ(RowLayout::Make(booleans(32766))->part_count(), 8U);
}

// What clients of earlier releases have compiled in: a root offset, the vtable, then the table with
// its widest fields first.
TEST(RowLayout, LaysOneTableOutAsEver) {
  const auto layout = RowLayout::Make({{"b", DataType::Scalar(BasicType::kBoolean)},
                                       {"d", DataType::Scalar(BasicType::kDouble)},
                                       {"s", DataType::Scalar(BasicType::kString)}});
  ASSERT_TRUE(layout);
  std::vector<std::byte> expected(40, std::byte{0});
  expected[0] = std::byte{20};   // the table
  expected[4] = std::byte{10};   // bytes of the vtable
  expected[6] = std::byte{17};   // bytes of the table
  expected[20] = std::byte{16};  // back to the vtable
  EXPECT_EQ(std::vector(layout->empty_row().begin(), layout->empty_row().end()), expected);
  const std::uint16_t fields[] = {16, 4, 12};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ((*layout)[i].field, fields[i]);
    EXPECT_EQ((*layout)[i].slot, 20U + fields[i]);
    EXPECT_EQ((*layout)[i].entry, 8U + 2 * i);
  }
}

TEST(RowProblem, NamesTheLimit) {
  EXPECT_EQ(RowProblem(Doubles(kRowColumnsMax)), "");
  EXPECT_TRUE(RowLayout::Make(Doubles(kRowColumnsMax)));
  EXPECT_FALSE(RowLayout::Make(Doubles(kRowColumnsMax + 1)));
  const std::string columns = RowProblem(Doubles(kRowColumnsMax + 1));
  EXPECT_NE(columns.find("65536 columns"), std::string::npos) << columns;
  EXPECT_NE(columns.find("at most 65535"), std::string::npos) << columns;
  const std::string name =
      RowProblem({{std::string(kNameBytesMax + 1, 'n'), DataType::Scalar(BasicType::kDouble)}});
  EXPECT_NE(name.find("65536 bytes, 'nnn"), std::string::npos) << name;
  const std::string dimensions = RowProblem(
      {{"deep", DataType::Tensor(BasicType::kDouble, std::vector<std::int32_t>(65536, 1))}});
  EXPECT_NE(dimensions.find("'deep' with 65536 dimensions"), std::string::npos) << dimensions;
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
