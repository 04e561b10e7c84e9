#include "schemas/rows/column_index.h"

#include <gtest/gtest.h>

#include <string>

namespace pillion {
namespace {

Schema Named(const std::vector<std::string>& names) {
  Schema columns;
  for (const std::string& name : names) {
    columns.push_back({name, DataType::Scalar(BasicType::kDouble)});
  }
  return columns;
}

TEST(ColumnIndex, FindsEachColumnByItsNameAlone) {
  const Schema columns = Named({"b", "", "B", "a", "ab", "\xc3\xa9"});
  const ColumnIndex index(columns);
  for (std::uint32_t i = 0; i < columns.size(); ++i) {
    EXPECT_EQ(index.Find(columns, columns[i].name), i) << columns[i].name;
  }
  for (const char* other : {"c", "A", "abc", "b ", "\xff"}) {
    EXPECT_EQ(index.Find(columns, other), std::nullopt) << other;
  }
}

TEST(ColumnIndex, FindsTheFirstOfEqualNames) {
  const Schema columns = Named({"x", "twice", "a", "twice", "twice"});
  EXPECT_EQ(ColumnIndex(columns).Find(columns, "twice"), 1U);
}

TEST(ColumnIndex, OfNothingFindsNothing) {
  EXPECT_EQ(ColumnIndex().Find({}, ""), std::nullopt);
  EXPECT_EQ(ColumnIndex(Schema{}).Find({}, "a"), std::nullopt);
}

}  // namespace
}  // namespace pillion
