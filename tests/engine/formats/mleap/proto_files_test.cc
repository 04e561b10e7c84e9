// Byte examples stand in section 7 of the bundle format.
#include "engine/formats/mleap/proto_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "engine/formats/mleap/bundle.pb.h"
#include "tests/support/hex.h"

namespace pillion {
namespace {

using Container = AttributeValue::Container;
using pillion::testing::FromHex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Result<ModelFile> Model(const std::string& bytes, const Limits& limits = {}) {
  return ParseModelProto(bytes, "root/model.pb", limits);
}

Result<ModelFile> WithAttribute(const ml::bundle::Value& value) {
  ml::bundle::Model model;
  model.set_op("x");
  (*model.mutable_attributes()->mutable_list())["a"] = value;
  return Model(model.SerializeAsString());
}

ml::bundle::Value TensorOf(ml::bundle::BasicType base, const std::string& bytes, int size) {
  ml::bundle::Value value;
  value.mutable_t()->set_base(base);
  value.mutable_t()->set_value(bytes);
  value.mutable_t()->mutable_shape()->add_dimensions()->set_size(size);
  return value;
}

TensorAttribute Read(ml::bundle::BasicType base, const char* hex) {
  const auto model = WithAttribute(TensorOf(base, FromHex(hex), -1));
  if (!model) {
    ADD_FAILURE() << model.error().Text();
    return {};
  }
  return model->attributes.Find("a")->tensors.at(0);
}

std::string FaultOf(const ml::bundle::Value& value) {
  const auto model = WithAttribute(value);
  return model ? "no error" : model.error().Text();
}

TEST(ModelProto, ReadsAnOmittedZero) {
  const auto model = Model(
      FromHex("0a 11 6c 69 6e 65 61 72 5f 72 65 67 72 65 73 73 69 6f 6e 12 11 0a 0f 0a 09 69 6e 74 "
              "65 72 63 65 70 74 12 02 0a 00"));
  ASSERT_TRUE(model) << model.error().Text();
  EXPECT_EQ(model->op, "linear_regression");
  const AttributeValue* intercept = model->attributes.Find("intercept");
  ASSERT_NE(intercept, nullptr);
  EXPECT_EQ(intercept->container, Container::kScalar);
  EXPECT_THAT(intercept->doubles, IsEmpty());
}

TEST(ModelProto, ReadsATensor) {
  const auto model = Model(
      FromHex("0a 01 6d 12 23 0a 21 0a 01 63 12 1c 1a 1a 08 07 12 04 0a 02 08 02 1a 10 3f f0 00 00 "
              "00 00 00 00 40 00 00 00 00 00 00 00"));
  ASSERT_TRUE(model) << model.error().Text();
  const AttributeValue* c = model->attributes.Find("c");
  ASSERT_NE(c, nullptr);
  EXPECT_EQ(c->container, Container::kTensor);
  ASSERT_EQ(c->tensors.size(), 1U);
  EXPECT_EQ(c->tensors[0].base, BasicType::kDouble);
  EXPECT_THAT(c->tensors[0].doubles, ElementsAre(1.0, 2.0));
  EXPECT_THAT(c->tensors[0].dimensions, ElementsAre(2));
}

TEST(ModelProto, ReadsListsAndScalars) {
  const auto model = Model(
      FromHex("0a 01 6d 12 26 0a 19 0a 01 74 12 14 12 12 32 10 00 00 00 00 00 00 f0 3f 00 00 00 00 "
              "00 00 e0 3f 0a 09 0a 01 6e 12 04 0a 02 20 03"));
  ASSERT_TRUE(model) << model.error().Text();
  EXPECT_THAT(model->attributes.Find("t")->doubles, ElementsAre(1.0, 0.5));
  EXPECT_EQ(model->attributes.Find("t")->container, Container::kList);
  EXPECT_THAT(model->attributes.Find("n")->longs, ElementsAre(3));
  const auto empty = Model(FromHex("0a 01 6d 12 09 0a 07 0a 01 65 12 02 12 00"));
  ASSERT_TRUE(empty) << empty.error().Text();
  EXPECT_EQ(empty->attributes.Find("e")->container, Container::kList);
}

TEST(ModelProto, ReadsUnpackedRepeats) {
  // The list of ReadsListsAndScalars with one tag an element (tag 31, fixed 64 bits).
  const auto model = Model(
      FromHex("0a 01 6d 12 1b 0a 19 0a 01 74 12 14 12 12 31 00 00 00 00 00 00 f0 3f 31 00 00 00 00 "
              "00 00 e0 3f"));
  ASSERT_TRUE(model) << model.error().Text();
  EXPECT_THAT(model->attributes.Find("t")->doubles, ElementsAre(1.0, 0.5));
}

TEST(NodeProto, ReadsSockets) {
  const auto node = ParseNodeProto(
      FromHex("0a 02 6e 31 12 20 0a 0d 0a 08 66 65 61 74 75 72 65 73 12 01 66 12 0f 0a 0a 70 72 65 "
              "64 69 63 74 69 6f 6e 12 01 70"),
      "root/node.pb", {});
  ASSERT_TRUE(node) << node.error().Text();
  EXPECT_EQ(node->name, "n1");
  ASSERT_EQ(node->inputs.size(), 1U);
  EXPECT_EQ(node->inputs[0].port, "features");
  EXPECT_EQ(node->inputs[0].name, "f");
  ASSERT_EQ(node->outputs.size(), 1U);
  EXPECT_EQ(node->outputs[0].port, "prediction");
  EXPECT_EQ(node->outputs[0].name, "p");
  EXPECT_FALSE(ParseNodeProto(FromHex("0a 02 6e 31"), "root/node.pb", {}));  // no shape
}

TEST(ModelProto, KeepsNanInfinityAndTheSignOfZero) {
  const double inf = std::numeric_limits<double>::infinity();
  for (const double x : {inf, -inf, -0.0, std::nan("")}) {
    ml::bundle::Value value;
    value.mutable_s()->set_d(x);
    const auto model = WithAttribute(value);
    ASSERT_TRUE(model) << model.error().Text();
    const std::vector<double>& doubles = model->attributes.Find("a")->doubles;
    ASSERT_EQ(doubles.size(), 1U) << x;
    EXPECT_EQ(std::isnan(doubles[0]), std::isnan(x));
    EXPECT_EQ(std::signbit(doubles[0]), std::signbit(x));
  }
}

TEST(TensorProto, ReadsBigEndianValuesOfEachBase) {
  EXPECT_THAT(Read(ml::bundle::BOOLEAN, "00 01 02").integers, ElementsAre(0, 1, 0));
  EXPECT_THAT(Read(ml::bundle::BYTE, "80 7f ff").integers, ElementsAre(-128, 127, -1));
  EXPECT_THAT(Read(ml::bundle::SHORT, "01 02 ff fe").integers, ElementsAre(258, -2));
  EXPECT_THAT(Read(ml::bundle::INT, "00 00 01 00 80 00 00 00").integers,
              ElementsAre(256, INT32_MIN));
  EXPECT_THAT(Read(ml::bundle::LONG, "00 00 00 01 00 00 00 00").integers, ElementsAre(1LL << 32));
  EXPECT_THAT(Read(ml::bundle::FLOAT, "3f 80 00 00 c0 00 00 00").floats, ElementsAre(1.0F, -2.0F));
  EXPECT_THAT(Read(ml::bundle::STRING, "00 00 00 02 c3 a9 00 00 00 00").strings,
              ElementsAre("\xc3\xa9", ""));
  EXPECT_THAT(Read(ml::bundle::BYTE_STRING, "00 00 00 01 ff").strings, ElementsAre("\xff"));
}

TEST(TensorProto, RefusesValuesThatDoNotFit) {
  EXPECT_THAT(FaultOf(TensorOf(ml::bundle::DOUBLE, FromHex("3f f0 00"), -1)),
              "root/model.pb: attributes.a: 3 bytes are no whole number of values of double");
  EXPECT_THAT(FaultOf(TensorOf(ml::bundle::INT, FromHex("00 00 00 01"), 2)),
              HasSubstr("dimensions [2] do not fit 1 values"));
  // A text cut short ends with the last complete one, so the dimensions no longer fit.
  EXPECT_THAT(FaultOf(TensorOf(ml::bundle::STRING, FromHex("00 00 00 01 61 7f ff ff ff 61"), 2)),
              HasSubstr("do not fit 1 values"));
  EXPECT_THAT(FaultOf(TensorOf(ml::bundle::UNDEFINED, "", 0)), HasSubstr("without a base"));
  EXPECT_THAT(FaultOf(TensorOf(static_cast<ml::bundle::BasicType>(55), "", 0)), HasSubstr("55"));
  ml::bundle::Value no_shape;
  no_shape.mutable_t()->set_base(ml::bundle::DOUBLE);
  EXPECT_THAT(FaultOf(no_shape), HasSubstr("without its shape"));
}

TEST(AttributeProto, ReadsTypesAndShapes) {
  ml::bundle::Value value;
  value.mutable_l()->add_bt(ml::bundle::BYTE_STRING);
  value.mutable_l()->add_bt(ml::bundle::UNDEFINED);
  ml::bundle::DataShape* shape = value.mutable_l()->add_ds();
  shape->set_base(ml::bundle::TENSOR);
  shape->set_is_nullable(true);
  shape->mutable_tensor_shape()->add_dimensions()->set_size(8);
  const auto model = WithAttribute(value);
  ASSERT_TRUE(model) << model.error().Text();
  const AttributeValue& a = *model->attributes.Find("a");
  EXPECT_THAT(a.basic_types, ElementsAre(BasicType::kByteString, std::nullopt));
  ASSERT_EQ(a.data_shapes.size(), 1U);
  EXPECT_EQ(a.data_shapes[0].shape, Shape::kTensor);
  EXPECT_TRUE(a.data_shapes[0].nullable);
  EXPECT_THAT(a.data_shapes[0].dimensions.value(), ElementsAre(8));
}

TEST(ModelProto, RefusesBrokenMessages) {
  const std::string bytes = FromHex(
      "0a 01 6d 12 26 0a 19 0a 01 74 12 14 12 12 32 10 00 00 00 00 00 00 f0 3f 00 00 00 00 "
      "00 00 e0 3f 0a 09 0a 01 6e 12 04 0a 02 20 03");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(Model(bytes.substr(0, size))) << size;
  }
  EXPECT_FALSE(Model(bytes + FromHex("0c")));                  // an end of group that never began
  EXPECT_FALSE(Model(FromHex("0a 01 ff")));                    // not UTF-8
  EXPECT_FALSE(Model(FromHex("0a 01 6d 12 ff ff ff ff 0f")));  // a length beyond the file
}

TEST(ModelProto, DropsUnknownFieldsButNotTooDeepOnes) {
  EXPECT_TRUE(Model(FromHex("0a 01 6d 12 00 98 06 01")));  // field 99
  std::string groups = FromHex("0a 01 6d 12 00");
  for (int i = 0; i < 200000; ++i) groups += FromHex("9b 06");  // field 99 begins a group
  EXPECT_FALSE(Model(groups));
}

}  // namespace
}  // namespace pillion
