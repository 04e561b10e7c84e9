// Texts follow sections 3 to 9 of the bundle format.
#include "engine/formats/mleap/json_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <string>

namespace pillion {
namespace {

using Container = AttributeValue::Container;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Result<ModelFile> Model(const std::string& text, const Limits& limits = {}) {
  return ParseModelJson(text, "root/model.json", limits);
}

// A model with one attribute `a`.
Result<ModelFile> WithAttribute(const std::string& value) {
  return Model(R"({"op":"x","attributes":{"a":)" + value + "}}");
}

AttributeValue Attribute(const std::string& value) {
  const Result<ModelFile> model = WithAttribute(value);
  if (!model) {
    ADD_FAILURE() << model.error().Text();
    return {};
  }
  return *model->attributes.Find("a");
}

template <typename T>
std::string TextOfError(const Result<T>& result) {
  return result ? "no error" : result.error().Text();
}

std::string FaultOf(const std::string& value) { return TextOfError(WithAttribute(value)); }

// A bundle.json with one member replaced, or left out where `value` is empty.
Result<BundleInfo> Header(const std::string& member, const std::string& value) {
  std::map<std::string, std::string> members = {
      {"uid", R"("6f1d5ad4-4c1b-4a5f-9d4e-0a7c2f3b8e01")"},
      {"name", R"("house")"},
      {"format", R"("protobuf")"},
      {"version", R"("0.25.2")"},
      {"timestamp", R"("2024-01-01T00:00:00")"}};
  members[member] = value;
  std::string text = R"({"extra": [1, {"a": null}])";
  for (const auto& [key, token] : members) {
    if (!token.empty()) text.append(", \"").append(key).append("\": ").append(token);
  }
  return ParseBundleJson(text + "}", "bundle.json", {});
}

TEST(BundleJson, NeedsItsFiveTexts) {
  const auto info = Header("name", R"("h")");
  ASSERT_TRUE(info) << info.error().Text();
  EXPECT_EQ(info->format, BundleFormat::kProtobuf);
  EXPECT_EQ(info->version, "0.25.2");
  for (const std::string member : {"uid", "name", "format", "version", "timestamp"}) {
    EXPECT_EQ(TextOfError(Header(member, "")),
              "bundle.json: the member '" + member + "' is missing");
    EXPECT_FALSE(Header(member, "null")) << member;
    EXPECT_FALSE(Header(member, "5")) << member;
  }
  EXPECT_THAT(TextOfError(Header("format", R"("mixed")")),
              HasSubstr("expected the format json or protobuf, found 'mixed'"));
}

// java.util.UUID.fromString
TEST(BundleJson, TakesUidsAsJavaDoes) {
  for (const char* uid : {"1-2-3-4-5", "6F1D5AD4-4c1b-4a5f-9d4e-0a7c2f3b8e01", "+1-0-0-0-0",
                          "7fffffffffffffff-0-0-0-0"}) {
    EXPECT_TRUE(Header("uid", "\"" + std::string(uid) + "\"")) << uid;
  }
  for (const char* uid : {"", "u", "1-2-3-4", "1-2-3-4-5-6", "1-2-3-4-", "1--2-3-4", "-1-2-3-4-5",
                          "g-2-3-4-5", " 1-2-3-4-5", "8000000000000000-0-0-0-0",
                          "6f1d5ad4-4c1b-4a5f-9d4e-0a7c2f3b8e010", "+-0-0-0-0"}) {
    EXPECT_FALSE(Header("uid", "\"" + std::string(uid) + "\"")) << uid;
  }
}

TEST(NodeJson, ReadsSocketsInTheirOrder) {
  const auto node = ParseNodeJson(
      R"({"shape": {"outputs": [{"name": "p", "port": "prediction"}],
                    "inputs": [{"port": "b", "name": "x"}, {"port": "a", "name": "y", "z": 1}]},
          "name": "n1"})",
      "root/node.json", {});
  ASSERT_TRUE(node) << node.error().Text();
  EXPECT_EQ(node->name, "n1");
  ASSERT_EQ(node->inputs.size(), 2U);
  EXPECT_EQ(node->inputs[0].port, "b");
  EXPECT_EQ(node->inputs[1].name, "y");
  ASSERT_EQ(node->outputs.size(), 1U);
  EXPECT_EQ(node->outputs[0].port, "prediction");
}

TEST(NodeJson, NamesWhatIsMissingOrOdd) {
  const auto fault = [](const char* text) {
    return TextOfError(ParseNodeJson(text, "root/node.json", {}));
  };
  EXPECT_THAT(fault(R"({"name":"n"})"), HasSubstr("needs 'name' and 'shape'"));
  EXPECT_THAT(fault(R"({"name":"n","shape":{"inputs":[]}})"),
              "root/node.json: shape: a shape needs 'inputs' and 'outputs'");
  EXPECT_THAT(fault(R"({"name":"n","shape":{"inputs":[{"port":"p"}],"outputs":[]}})"),
              "root/node.json: shape.inputs[0]: a socket needs 'port' and 'name'");
  // Python's exporters write a list of names for some ops with several outputs.
  EXPECT_THAT(
      fault(R"({"name":"n","shape":{"inputs":[],"outputs":[{"port":"p","name":["a","b"]}]}})"),
      "root/node.json: shape.outputs[0].name: expected a string, found an array");
}

TEST(ModelJson, NeedsOpAndAttributes) {
  const auto model = Model(R"({"op": "tokenizer", "attributes": {}})");
  ASSERT_TRUE(model) << model.error().Text();
  EXPECT_EQ(model->op, "tokenizer");
  EXPECT_TRUE(model->attributes.values.empty());
  for (const char* text : {R"({"attributes":{}})", R"({"op":"tokenizer"})"}) {
    EXPECT_EQ(TextOfError(Model(text)), "root/model.json: a model needs 'op' and 'attributes'");
  }
}

// Section 6.4.
TEST(ModelJson, ReadsTheExampleOfTheFormat) {
  const auto model = Model(R"({ "op": "logistic_regression",
  "attributes": {
    "num_classes":  {"long": 2},
    "coefficients": {"double": [0.44, -0.77], "type": "tensor",
                     "shape": {"dimensions": [{"size": 2, "name": ""}]}},
    "intercept":    {"double": 0.66},
    "threshold":    {"double": 0.5},
    "thresholds":   {"double": [0.3, 0.7], "type": "list"} } })");
  ASSERT_TRUE(model) << model.error().Text();
  EXPECT_EQ(model->op, "logistic_regression");
  EXPECT_THAT(model->attributes.Find("num_classes")->longs, ElementsAre(2));
  EXPECT_THAT(model->attributes.Find("intercept")->doubles, ElementsAre(0.66));
  const AttributeValue& thresholds = *model->attributes.Find("thresholds");
  EXPECT_EQ(thresholds.container, Container::kList);
  EXPECT_THAT(thresholds.doubles, ElementsAre(0.3, 0.7));
  const AttributeValue& coefficients = *model->attributes.Find("coefficients");
  EXPECT_EQ(coefficients.container, Container::kTensor);
  ASSERT_EQ(coefficients.tensors.size(), 1U);
  EXPECT_EQ(coefficients.tensors[0].base, BasicType::kDouble);
  EXPECT_THAT(coefficients.tensors[0].doubles, ElementsAre(0.44, -0.77));
  EXPECT_THAT(coefficients.tensors[0].dimensions, ElementsAre(2));
  EXPECT_THAT(coefficients.doubles, IsEmpty());
}

TEST(AttributeJson, KeepsAnEmptyObjectAsAPresentZero) {
  const AttributeValue empty = Attribute("{}");
  EXPECT_EQ(empty.container, Container::kScalar);
  EXPECT_THAT(empty.doubles, IsEmpty());
  EXPECT_EQ(Attribute(R"({"type":"list"})").container, Container::kList);
}

TEST(AttributeJson, ReadsEveryKindOfScalar) {
  EXPECT_THAT(Attribute(R"({"boolean":true})").booleans, ElementsAre(true));
  EXPECT_THAT(Attribute(R"({"int":3.0})").ints, ElementsAre(3));
  EXPECT_THAT(Attribute(R"({"long":1E2})").longs, ElementsAre(100));
  EXPECT_THAT(Attribute(R"({"float":32.4})").floats, ElementsAre(32.4F));
  EXPECT_THAT(Attribute(R"({"double":-2})").doubles, ElementsAre(-2.0));
  EXPECT_THAT(Attribute(R"({"string":"a\u00e9\n"})").strings, ElementsAre("a\xc3\xa9\n"));
  EXPECT_THAT(Attribute(R"({"byte_string":"AP8="})").byte_strings,
              ElementsAre(std::string("\0\xff", 2)));
  EXPECT_THAT(Attribute(R"({"basic_type":"byte_string"})").basic_types,
              ElementsAre(BasicType::kByteString));
  EXPECT_THAT(Attribute(R"({"basic_type":"unknown"})").basic_types, ElementsAre(std::nullopt));
  EXPECT_EQ(Attribute(R"({"model":{"op":"x","attributes":{}}})").container, Container::kScalar);
  // A value may hold several kinds: each is what that kind's getter finds.
  EXPECT_THAT(Attribute(R"({"int":1,"long":2})").longs, ElementsAre(2));
}

TEST(AttributeJson, ReadsDataShapes) {
  const AttributeValue value = Attribute(
      R"({"type":"list","data_shape":[
           {"base":"scalar","isNullable":true},
           {"isNullable":false,"base":"list"},
           {"base":"tensor","isNullable":false,
            "tensorShape":{"dimensions":[{"size":8,"name":""},{"size":-1,"name":""}]}}]})");
  ASSERT_EQ(value.data_shapes.size(), 3U);
  EXPECT_EQ(value.data_shapes[0].shape, Shape::kScalar);
  EXPECT_TRUE(value.data_shapes[0].nullable);
  EXPECT_EQ(value.data_shapes[1].shape, Shape::kList);
  EXPECT_EQ(value.data_shapes[1].dimensions, std::nullopt);
  EXPECT_EQ(value.data_shapes[2].shape, Shape::kTensor);
  EXPECT_THAT(value.data_shapes[2].dimensions.value(), ElementsAre(8, -1));
  EXPECT_THAT(FaultOf(R"({"data_shape":{"base":"scalar"}})"), HasSubstr("isNullable"));
  EXPECT_THAT(FaultOf(R"({"data_shape":{"base":"map","isNullable":true}})"), HasSubstr("'map'"));
}

TEST(AttributeJson, ReadsNullAsNan) {
  const AttributeValue value = Attribute(R"({"type":"list","double":[null, -0.0]})");
  ASSERT_EQ(value.doubles.size(), 2U);
  EXPECT_TRUE(std::isnan(value.doubles[0]));
  EXPECT_FALSE(std::signbit(value.doubles[1]));
  EXPECT_TRUE(std::isnan(Attribute(R"({"double":null})").doubles.at(0)));
  for (const char* literal : {"NaN", "Infinity", "-Infinity"}) {
    EXPECT_NE(FaultOf(std::string(R"({"double":)") + literal + "}"), "no error") << literal;
  }
}

TEST(AttributeJson, TakesTheLastOfEqualKeys) {
  EXPECT_THAT(Attribute(R"({"double":1,"double":2})").doubles, ElementsAre(2.0));
  const auto model = Model(R"({"op":"x","op":"y","attributes":{"a":{"int":1}},
                               "attributes":{"b":{"int":1},"b":{"int":7}}})");
  ASSERT_TRUE(model) << model.error().Text();
  EXPECT_EQ(model->op, "y");
  EXPECT_EQ(model->attributes.Find("a"), nullptr);
  EXPECT_THAT(model->attributes.Find("b")->ints, ElementsAre(7));
}

std::string Tensor(const std::string& kind_and_values, const std::string& dimensions) {
  return R"({"type":"tensor",)" + kind_and_values + R"(,"shape":{"dimensions":[)" + dimensions +
         "]}}";
}

TEST(TensorJson, ReadsEveryBase) {
  const auto read = [](const std::string& values) {
    return Attribute(Tensor(values, R"({"size":2,"name":""})")).tensors.at(0);
  };
  EXPECT_THAT(read(R"("boolean":[true,false])").integers, ElementsAre(1, 0));
  EXPECT_THAT(read(R"("byte":[-128,127])").integers, ElementsAre(-128, 127));
  EXPECT_EQ(read(R"("short":[-32768,32767])").base, BasicType::kShort);
  EXPECT_THAT(read(R"("int":[1,2])").integers, ElementsAre(1, 2));
  EXPECT_THAT(read(R"("long":[1,9007199254740993])").integers, ElementsAre(1, 9007199254740993));
  EXPECT_THAT(read(R"("float":[0.5,1])").floats, ElementsAre(0.5F, 1.0F));
  EXPECT_THAT(read(R"("string":["a","b"])").strings, ElementsAre("a", "b"));
  EXPECT_THAT(read(R"("byte_string":["AA==","Ag=="])").strings,
              ElementsAre(std::string("\0", 1), "\2"));
  // MLeap's order of kinds decides, not the file's.
  EXPECT_EQ(read(R"("double":[1,2],"int":[3,4])").base, BasicType::kInt);
}

TEST(TensorJson, FillsInAMissingDimension) {
  const auto dimensions = [](const std::string& value) {
    return Attribute(value).tensors.at(0).dimensions;
  };
  EXPECT_THAT(dimensions(Tensor(R"("double":[1,2,3,4,5,6])",
                                R"({"size":-1,"name":""},{"size":3,"name":""})")),
              ElementsAre(2, 3));
  EXPECT_THAT(dimensions(Tensor(R"("double":[7])", "")), IsEmpty());
  EXPECT_THAT(dimensions(Tensor(R"("double":[])", R"({"size":0,"name":""})")), ElementsAre(0));
}

TEST(TensorJson, RefusesDimensionsThatDoNotFit) {
  const std::string two = R"("double":[1,2])";
  EXPECT_EQ(FaultOf(Tensor(two, R"({"size":3,"name":""})")),
            "root/model.json: attributes.a: dimensions [3] do not fit 2 values");
  EXPECT_THAT(FaultOf(Tensor(two, "")), HasSubstr("do not fit"));
  EXPECT_THAT(FaultOf(Tensor(two, R"({"size":-1,"name":""},{"size":-1,"name":""})")),
              HasSubstr("more than one"));
  EXPECT_THAT(FaultOf(Tensor(two, R"({"size":-2,"name":""},{"size":-1,"name":""})")),
              HasSubstr("do not fit"));
  EXPECT_THAT(FaultOf(Tensor(two, R"({"size":0,"name":""},{"size":-1,"name":""})")),
              HasSubstr("do not fit"));
  EXPECT_THAT(FaultOf(Tensor(two, R"({"size":-1,"name":""},{"size":3,"name":""})")),
              HasSubstr("do not fit"));
  // 65536^4 is 0 in 64 bits.
  EXPECT_THAT(
      FaultOf(Tensor(R"("double":[])",
                     R"({"size":65536,"name":""},{"size":65536,"name":""},{"size":65536,"name":""},
                                                  {"size":65536,"name":""})")),
      HasSubstr("do not fit"));
  EXPECT_THAT(FaultOf(Tensor(two, R"({"name":""})")), HasSubstr("needs 'size' and 'name'"));
  EXPECT_THAT(FaultOf(R"({"type":"tensor","double":[1]})"),
              HasSubstr("without the member 'shape'"));
  EXPECT_THAT(FaultOf(R"({"type":"tensor","shape":{"dimensions":[]}})"),
              HasSubstr("without values"));
  EXPECT_THAT(FaultOf(R"({"type":"tensor","double":[1],"shape":{}})"), HasSubstr("'dimensions'"));
}

TEST(TensorJson, ReadsTensorsInsideScalarsAndLists) {
  const std::string tensor = R"({"double":[1],"shape":{"dimensions":[{"size":1,"name":""}]}})";
  EXPECT_EQ(Attribute(R"({"tensor":)" + tensor + "}").tensors.size(), 1U);
  const AttributeValue list =
      Attribute(R"({"type":"list","tensor":[)" + tensor + "," + tensor + "]}");
  EXPECT_EQ(list.container, Container::kList);
  EXPECT_EQ(list.tensors.size(), 2U);
}

TEST(AttributeJson, NamesPlaceFoundAndExpected) {
  EXPECT_EQ(FaultOf(R"({"type":"list","int":[1,2,3.5]})"),
            "root/model.json: attributes.a.int[2]: expected a 32-bit integer, found 3.5");
  EXPECT_EQ(FaultOf(R"({"int":2147483648})"),
            "root/model.json: attributes.a.int: expected a 32-bit integer, found 2147483648");
  EXPECT_EQ(FaultOf(R"({"int":null})"),
            "root/model.json: attributes.a.int: expected a 32-bit integer, found null");
  EXPECT_EQ(FaultOf(R"({"double":"1"})"),
            "root/model.json: attributes.a.double: expected a number, found the string '\"1\"'");
  EXPECT_THAT(FaultOf(R"({"double":1)" + std::string(100, '0') + "}"),
              HasSubstr("a number of too many characters"));
  EXPECT_THAT(FaultOf(R"({"boolean":1})"), HasSubstr("expected true or false, found 1"));
  EXPECT_THAT(FaultOf(R"({"string":null})"), HasSubstr("expected a string, found null"));
  EXPECT_THAT(FaultOf(R"({"byte_string":"A"})"), HasSubstr("base64"));
  EXPECT_THAT(FaultOf(R"({"basic_type":"integer"})"), HasSubstr("'integer'"));
  EXPECT_THAT(FaultOf(R"({"type":"map"})"), HasSubstr("'map'"));
  EXPECT_THAT(FaultOf(R"({"type":null})"), HasSubstr("attributes.a.type: expected a string"));
  EXPECT_THAT(FaultOf("5"), HasSubstr("attributes.a: expected an object, found 5"));
  EXPECT_THAT(FaultOf(R"({"double":[1]})"), HasSubstr("expected no array under 'double'"));
  EXPECT_THAT(FaultOf(R"({"type":"list","double":1})"), HasSubstr("an array under 'double'"));
  EXPECT_THAT(FaultOf(Tensor(R"("byte":[128])", R"({"size":1,"name":""})")),
              HasSubstr("out of range: 128"));
}

TEST(JsonText, RefusesWhatIsNotStrictJson) {
  for (const char* text : {"",
                           " ",
                           "null",
                           "[]",
                           "5",
                           "\"op\"",
                           "{",
                           "}",
                           "{}}",
                           "{} x",
                           "{\"op\":\"x\"} {}",
                           "{\"op\":\"x\",}",
                           "{\"op\" \"x\"}",
                           "{\"op\":}",
                           "{op:\"x\"}",
                           "{'op':'x'}",
                           "{\"op\":\"x\" \"a\":1}",
                           "{\"op\":\"a\nb\"}",
                           "{\"op\":\"x\",\"z\":tru}",
                           "{\"op\":\"x\",\"z\":[1 2]}",
                           "{\"op\":\"x\",\"z\":[1,]}",
                           "{\"op\":\"x\",\"z\":\"\\q\"}",
                           "{\"op\":\"x\",\"z\":{\"y\"}}",
                           "{\"op\":\"x\",\"z\":01}",
                           "{\"op\":\"\xff\"}",
                           "{\"op\":\"x\",\"z\":[}}",
                           "{\"op\":\"x\"]",
                           "/**/{\"op\":\"x\"}",
                           "\xef\xbb\xbf{\"op\":\"x\"}"}) {
    const auto model = Model(text);
    ASSERT_FALSE(model) << text;
    EXPECT_EQ(model.error().problems.at(0).code, LoadCode::kBadBundle) << text;
    EXPECT_THAT(model.error().Text(), ::testing::StartsWith("root/model.json: ")) << text;
  }
}

TEST(JsonText, RefusesEveryTruncation) {
  const std::string text = R"({"op":"x","attributes":{"a":{"type":"list","double":[1.5,null]},)"
                           R"("b":{"string":"\u00e9"}}})";
  ASSERT_TRUE(Model(text));
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(Model(text.substr(0, size))) << text.substr(0, size);
  }
}

TEST(JsonText, CapsItsDepth) {
  const auto nested = [](std::size_t depth) {
    return R"({"op":"x","attributes":{},"z":)" + std::string(depth, '[') + std::string(depth, ']') +
           "}";
  };
  EXPECT_TRUE(Model(nested(63)));
  const auto deep = Model(nested(64));
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().problems.at(0).code, LoadCode::kOverLimit);
  EXPECT_FALSE(Model(nested(1'000'000)));
  EXPECT_FALSE(Model(R"({"op":"x","z":)" + std::string(1'000'000, '[')));
}

TEST(JsonText, CapsTheNumberOfAttributes) {
  std::string text = R"({"op":"x","attributes":{)";
  for (std::size_t i = 0; i <= kAttributeCountMax; ++i) {
    text += (i == 0 ? "\"a" : ",\"a") + std::to_string(i) + "\":{}";
  }
  const auto model = Model(text + "}}");
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().problems.at(0).code, LoadCode::kOverLimit);
}

}  // namespace
}  // namespace pillion
