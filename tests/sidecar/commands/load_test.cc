// What people point `pillion` at: bundles packed in every way, URIs, and what is no bundle. Each
// refusal names the file, what was found and the way out, and ends with its code.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/support/command_test.h"
#include "tests/support/zip_writer.h"

namespace {

namespace fs = std::filesystem;
using pillion::testing::CommandTest;
using pillion::testing::Outcome;
using pillion::testing::WriteZip;
using pillion::testing::ZipMember;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

using Members = std::map<std::string, std::string>;

// y = x > 1, as members by name.
Members SmallBundle() {
  return {
      {"bundle.json", R"({"uid":"00000000-0000-0000-0000-000000000000","name":"t","format":"json",)"
                      R"("version":"0.25.2","timestamp":""})"},
      {"root/node.json", R"({"name":"n","shape":{"inputs":[{"port":"input","name":"x"}],)"
                         R"("outputs":[{"port":"output","name":"y"}]}})"},
      {"root/model.json",
       R"({"op":"binarizer","attributes":{"threshold":{"double":1},)"
       R"("input_shapes":{"data_shape":{"base":"scalar","isNullable":false}}}})"}};
}

using Rename = std::function<std::string(const std::string&)>;

std::string ZipOf(const Members& members, const Rename& rename = nullptr) {
  std::vector<ZipMember> zipped;
  for (const auto& [name, content] : members) {
    zipped.push_back({.name = rename ? rename(name) : name, .content = content});
  }
  return WriteZip(zipped);
}

class LoadTest : public CommandTest {
 protected:
  void WriteMembers(const std::string& directory, const Members& members) const {
    for (const auto& [name, content] : members) Write(directory + "/" + name, content);
  }
  // Scores 2 and 0.5.
  void ExpectScores(const std::string& model) const {
    const Outcome outcome =
        Run("score '" + model + "' --to csv --select y", "{\"x\":2}\n{\"x\":0.5}\n");
    EXPECT_EQ(outcome.exit_code, 0) << model << ": " << outcome.err;
    EXPECT_EQ(outcome.out, "y\r\n1.0\r\n0.0\r\n") << model;
  }
  // `what` is looked for behind the file's name, which is not enough of an explanation.
  void ExpectRefusal(const std::string& model, int code,
                     const std::vector<std::string>& what) const {
    const Outcome outcome = Run("validate '" + model + "'");
    EXPECT_EQ(outcome.exit_code, code) << model << ": " << outcome.out;
    ASSERT_THAT(outcome.out, StartsWith(model + ": "));
    for (const std::string& part : what) {
      EXPECT_THAT(outcome.out.substr(model.size()), HasSubstr(part)) << model;
    }
  }
};

TEST_F(LoadTest, ReadsABundlePackedAgain) {
  const Members bundle = SmallBundle();
  Members mac = bundle;
  for (const char* junk : {"__MACOSX/._bundle.json", "__MACOSX/root/._node.json", ".DS_Store",
                           "root/.DS_Store", "root/._model.json", "Thumbs.db"}) {
    mac[junk] = "junk";
  }
  Write("plain.zip", ZipOf(bundle));
  Write("mac.zip", ZipOf(mac));
  Write("mac-folder.zip", ZipOf(mac, [](const std::string& name) {
          return name.starts_with("__MACOSX/") ? "__MACOSX/house/" + name.substr(9)
                                               : "house/" + name;
        }));
  Write("folder.zip", ZipOf(bundle, [](const std::string& name) { return "model/" + name; }));
  Write("dot.zip", ZipOf(bundle, [](const std::string& name) { return "./" + name; }));
  Write("windows.zip", ZipOf(bundle, [](std::string name) {
          std::replace(name.begin(), name.end(), '/', '\\');
          return "model\\" + name;
        }));
  Write("no-suffix", ZipOf(bundle));
  WriteMembers("directory", mac);
  std::string first;
  for (const char* model : {"plain.zip", "mac.zip", "mac-folder.zip", "folder.zip", "dot.zip",
                            "windows.zip", "no-suffix", "directory", "directory/"}) {
    ExpectScores(model);
    const std::string hash =
        Run(std::string("validate ") + model).out.substr(std::string(model).size());
    if (first.empty()) first = hash;
    EXPECT_EQ(hash, first) << model;
  }
}

TEST_F(LoadTest, SaysWhereBundleJsonIs) {
  const Members bundle = SmallBundle();
  WriteMembers("up/model", bundle);
  ExpectRefusal("up", 65, {"bundle.json is missing", "'model'", "name that directory"});
  WriteMembers("up/other", bundle);
  ExpectRefusal("up", 65, {"'model', 'other'", "name one of these"});
  Write("deep.zip", ZipOf(bundle, [](const std::string& name) { return "home/me/m/" + name; }));
  ExpectRefusal("deep.zip", 65, {"'home/me/m'", "jar:file:/", "!/home/me/m"});
  ExpectScores("jar:file:" + (directory_ / "deep.zip").string() + "!/home/me/m");
  Members two;
  for (const auto& [name, content] : bundle) two["a/" + name] = two["b/" + name] = content;
  Write("two.zip", ZipOf(two));
  ExpectRefusal("two.zip", 65, {"'a', 'b'", "jar:file:/"});
  ExpectScores("jar:file:" + (directory_ / "two.zip").string() + "!/b/");
  ExpectRefusal("jar:file:" + (directory_ / "two.zip").string() + "!/c", 66, {"no folder 'c'"});

  ExpectRefusal("up/model/root", 65, {"a part of the bundle", "up/model': name that"});
  ExpectRefusal("up/model/bundle.json", 65, {"bundle.json", "name the directory"});
  ExpectRefusal("up/model/root/model.json", 65, {"one file of a node"});
  Write("zips/house.zip", ZipOf(bundle));
  ExpectRefusal("zips", 65, {"'house.zip'", "name that file"});
  fs::create_directory(directory_ / "nothing");
  ExpectRefusal("nothing", 65, {"bundle.json is missing", "empty"});
}

TEST_F(LoadTest, KnowsANodeWithoutItsBundle) {
  Members node = SmallBundle();
  WriteMembers("export/scaler.node",
               {{"model.json", node["root/model.json"]}, {"node.json", node["root/node.json"]}});
  ExpectRefusal("export", 65, {"bundle.json is missing", "'scaler.node'", "init=True"});
  ExpectRefusal("export/scaler.node", 65, {"bundle.json is missing", "a node alone", "init=True"});
  node.erase("bundle.json");
  Write("lost.zip", ZipOf(node));
  ExpectRefusal("lost.zip", 65, {"bundle.json is missing", "'root'"});
}

TEST_F(LoadTest, TakesUris) {
  const Members bundle = SmallBundle();
  const std::string here = directory_.string();
  Write("m.zip", ZipOf(bundle));
  Write("a b#c%.zip", ZipOf(bundle));
  WriteMembers("m", bundle);
  for (const std::string& uri :
       {"jar:file:" + here + "/m.zip", "file:" + here + "/m", "file://" + here + "/m.zip",
        "file://localhost" + here + "/m.zip", "FILE:" + here + "/m.zip",
        "jar:file://" + here + "/m.zip", "jar:file:" + here + "/m.zip!/", "file:" + here + "/m/",
        "file:" + here + "/a%20b%23c%25.zip", std::string("file:m.zip"),
        std::string("a b#c%.zip")}) {
    ExpectScores(uri);
  }
  Write("file:", ZipOf(bundle));
  ExpectScores("file:");  // what exists is a path
}

TEST_F(LoadTest, ExplainsUrisOfElsewhere) {
  for (const std::string uri :
       {"hdfs:///models/m.zip", "hdfs:/models/m.zip", "s3://bucket/m.zip", "s3a://bucket/m.zip",
        "gs://bucket/m.zip", "dbfs:/models/m.zip", "wasbs://c@a.example/m.zip",
        "abfss://c@a.example/m.zip", "http://example/m.zip", "https://example/m.zip",
        "oss://bucket/m.zip", "jar:hdfs:///models/m.zip", "models:/house/3"}) {
    ExpectRefusal(uri, 66, {"URI", "only files of this machine", "copy"});
  }
  ExpectRefusal("file://server/share/m.zip", 66, {"'server'", "file:///PATH"});
  ExpectRefusal("file:///tmp/100%.zip", 66, {"'%.z'", "%25"});
  ExpectRefusal("file:///tmp/%00", 66, {"'%00'"});
  ExpectRefusal("file:///tmp/m.zip?version=3", 66, {"%3F"});
  ExpectRefusal("jar:jar:file:/a.zip!/b.zip!/", 66, {"unpack"});
  ExpectRefusal("nothere.zip", 66, {"No such file"});
  Write("models/house.zip", ZipOf(SmallBundle()));
  ExpectRefusal("models/hosue.zip", 66, {"No such file", "did you mean 'house.zip'?"});
  ExpectRefusal("-", 66, {"standard input"});
  ExpectRefusal("c:/models/m.zip", 66, {"No such file"});
}

TEST_F(LoadTest, NamesWhatIsNoBundle) {
  struct Foreign {
    std::string name;
    std::string bytes;
    std::string what;
    std::string way_out;
  };
  const std::string zip = ZipOf(SmallBundle());
  const std::string nul(1, '\0');
  const std::vector<Foreign> files = {
      {"page.zip", "\n\n<!DOCTYPE html>\n<html><head>", "an HTML page", "download the file itself"},
      {"page2.zip", "\xef\xbb\xbf<HTML lang=en>", "an HTML page", "download"},
      {"error.zip", "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>",
       "an XML error", "download the file again"},
      {"m.pmml", "<?xml version=\"1.0\"?>\n<PMML xmlns=\"http://www.dmg.org/PMML-4_4\">", "PMML",
       "MLeap"},
      {"pointer.zip", "version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 48211\n",
       "a Git LFS pointer", "git lfs pull"},
      {"empty.zip", "", "empty, 0 bytes", "again"},
      {"cut.zip", zip.substr(0, zip.size() * 2 / 3), "cut off", "again"},
      {"begun.zip", zip.substr(0, 10), "cut off", "again"},
      {"model.tar.gz", "\x1f\x8b\x08" + nul, "gzip", "tar xzf"},
      {"model.tar", std::string(257, 'm') + "ustar" + nul + "00", "a tar archive", "tar xf"},
      // pickle.dumps([1], 4); joblib writes the same.
      {"model.pkl", "\x80\x04\x95\x06" + std::string(7, '\0') + "]\x94K\x01" + "a.",
       "a Python pickle", "init=True"},
      {"old.pkl", "ccopy_reg\n_reconstructor\np0\n", "a Python pickle", "serialize_to_bundle"},
      // skl2onnx's first bytes: ir_version 9, producer_name.
      {"model.onnx", "\x08\x09\x12\x08skl2onnx\x1a\x06" + std::string("1.16.0"), "an ONNX model",
       "a bundle is wanted"},
      {"model.h5", "\x89HDF\r\n\x1a\n", "an HDF5 file", "a bundle is wanted"},
      {"rows.parquet", "PAR1\x15", "a Parquet file", "a bundle is wanted"},
      {"booster.json", R"({"learner":{"attributes":{},"feature_names":[]}})", "an XGBoost model",
       "a bundle is wanted"},
      {"booster2.json", R"({"version": [2, 0, 3], "learner": {"attributes": {}}})",
       "an XGBoost model", "a bundle is wanted"},
      {"booster.ubj", "{L" + std::string(7, '\0') + "\x07learner{", "an XGBoost model",
       "a bundle is wanted"},
      {"booster.bin", "binf" + std::string(200, '\0'), "an XGBoost model", "a bundle is wanted"},
      {"older.bin",
       std::string(136, '\x01') + "\x0f" + std::string(7, '\0') + "binary:logistic" +
           std::string(20, '\0'),
       "an XGBoost model", "a bundle is wanted"},
      {"lightgbm.txt", "tree\nversion=v4\nnum_class=1\n", "a LightGBM model", "a bundle is wanted"},
      {"model.cbm", "CBM1\x01", "a CatBoost model", "a bundle is wanted"},
      {"rows.json", R"({"schema":{"fields":[]},"rows":[]})", "a leap frame", "MODEL"},
      {"rows.avro", "Obj\x01", "an Avro file", "MODEL"},
      {"rows.csv", "bedrooms,zipcode\n3,98103\n", "text that begins with 'bedrooms,zipcode'",
       "expected a bundle"},
      {"noise", "\x01\x02\xff", "01 02 ff", "expected a bundle"},
  };
  for (const Foreign& file : files) {
    Write(file.name, file.bytes);
    // Which is a model where it is a whole one.
    const bool is_model = file.what == "a LightGBM model" ||
                          (file.what == "an XGBoost model" && !file.name.ends_with(".bin"));
    ExpectRefusal(file.name, 65, {is_model ? "" : file.what, is_model ? "" : file.way_out});
    // In a directory or a zip, by itself.
    Write("inside/" + file.name + ".d/" + file.name, file.bytes);
    Write("inside/" + file.name + ".zip", ZipOf({{file.name, file.bytes}}));
    const bool is_known = file.way_out != "again" && file.way_out != "expected a bundle";
    if (!is_known) continue;
    ExpectRefusal("inside/" + file.name + ".d", 65, {"bundle.json is missing", file.what});
    ExpectRefusal("inside/" + file.name + ".zip", 65, {"bundle.json is missing", file.what});
  }
}

TEST_F(LoadTest, NamesTreesOfOthers) {
  struct Tree {
    std::string name;
    std::vector<std::string> files;
    std::string what;
  };
  const std::vector<Tree> trees = {
      {"spark",
       {"metadata/_SUCCESS", "metadata/part-00000", "stages/0_idx/metadata/part-00000"},
       "serializeToBundle"},
      {"spark-model",
       {"metadata/part-00000", "data/part-00000.snappy.parquet"},
       "a model as Spark saves it"},
      {"mlflow", {"MLmodel", "conda.yaml", "model.pkl"}, "an MLflow model"},
      {"tensorflow", {"saved_model.pb", "variables/variables.index"}, "a TensorFlow SavedModel"},
      {"pytorch", {"archive/data.pkl", "archive/version"}, "a PyTorch model"},
      {"jar", {"META-INF/MANIFEST.MF", "ml/combust/mleap/Main.class"}, "a jar"},
      {"keras", {"config.json", "model.weights.h5", "metadata.json"}, "a Keras model"},
  };
  for (const Tree& tree : trees) {
    Members members;
    for (const std::string& file : tree.files) members[file] = "x";
    WriteMembers(tree.name, members);
    ExpectRefusal(tree.name, 65, {"bundle.json is missing", tree.what});
    Write(tree.name + ".zip", ZipOf(members));
    ExpectRefusal(tree.name + ".zip", 65, {"bundle.json is missing", tree.what});
    Write(tree.name + "-below.zip",
          ZipOf(members, [](const std::string& name) { return "my-model/" + name; }));
    ExpectRefusal(tree.name + "-below.zip", 65, {"bundle.json is missing", tree.what});
  }
}

// Bad data, not a missing input.
TEST_F(LoadTest, AMissingMemberIsBadData) {
  Members bundle = SmallBundle();
  bundle.erase("root/model.json");
  Write("m.zip", ZipOf(bundle));
  WriteMembers("m", bundle);
  ExpectRefusal("m.zip", 65, {"root/model.json: no such file"});
  ExpectRefusal("m", 65, {"root/model.json: no such file"});
  bundle["root/model.pb"] = "";
  Write("mixed.zip", ZipOf(bundle));
  ExpectRefusal("mixed.zip", 65, {"root/model.json: ", "'root/model.pb'", "format is json"});
  bundle = SmallBundle();
  bundle["root/model.json"] = "version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 4\n";
  WriteMembers("lfs", bundle);
  ExpectRefusal("lfs", 65, {"root/model.json: a Git LFS pointer", "git lfs pull"});
  // As Python's zipfile unpacks a zip made on Windows.
  Write("flat/bundle.json", SmallBundle()["bundle.json"]);
  Write("flat/root\\node.json", SmallBundle()["root/node.json"]);
  Write("flat/root\\model.json", SmallBundle()["root/model.json"]);
  ExpectRefusal("flat", 65, {"root/model.json: ", "'root\\model.json'", "name the zip itself"});
}

// Whichever command loads it, each line names the bundle.
TEST_F(LoadTest, EveryProblemNamesTheBundle) {
  Members bundle = SmallBundle();
  bundle["root/model.json"] = R"({"op":"binarizer","attributes":{}})";
  Write("m.zip", ZipOf(bundle));
  for (const std::string command : {"score", "serve", "inspect", "schema", "validate", "bench"}) {
    const Outcome outcome = Run(command + " m.zip");
    EXPECT_EQ(outcome.exit_code, 65) << command << outcome.err;
    EXPECT_THAT(outcome.out + outcome.err,
                HasSubstr("m.zip: root/model.json: binarizer.threshold: "))
        << command;
    EXPECT_THAT(outcome.out + outcome.err, Not(HasSubstr("m.zip: m.zip"))) << command;
  }
}

TEST_F(LoadTest, SuggestsOpsAndColumns) {
  Members bundle = SmallBundle();
  Write("m.zip", ZipOf(bundle));
  for (const std::string command : {"inspect", "schema", "score"}) {
    const Outcome outcome = Run(command + " m.zip --select Y", "{\"x\":2}\n");
    EXPECT_EQ(outcome.exit_code, 65) << command;
    EXPECT_THAT(outcome.err, HasSubstr("column 'Y'")) << command;
    EXPECT_THAT(outcome.err, HasSubstr("did you mean 'y'?")) << command;
  }
  const auto op = [&](const std::string& name) {
    bundle["root/model.json"] = R"({"op":")" + name + R"(","attributes":{}})";
    Write("op.zip", ZipOf(bundle));
    const Outcome outcome = Run("validate op.zip");
    EXPECT_EQ(outcome.exit_code, 65);
    EXPECT_THAT(outcome.out, AllOf(StartsWith("op.zip: root/model.json: the op '" + name + "'"),
                                   HasSubstr("(node 'n')")));
    return outcome.out;
  };
  EXPECT_THAT(op("stringindexer"), HasSubstr("did you mean 'string_indexer'? `pillion ops`"));
  EXPECT_THAT(op("Binarizer"), HasSubstr("did you mean 'binarizer'?"));
  EXPECT_THAT(op("time_of_day"),
              AllOf(HasSubstr("`pillion ops`"), HasSubstr("compute its columns")));
  EXPECT_THAT(op("sql_transformer"), HasSubstr("SQL"));
}

}  // namespace
