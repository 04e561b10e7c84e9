#!/usr/bin/env bash
# Compiles MLeap from its sources without sbt: build_jars.sh SOURCES PYSPARK_JARS OUT
# SOURCES is a checkout of combust/mleap for 0.25.2 with its submodule bundle-protobuf filled in.
set -euo pipefail
. "$(dirname "$0")/environment.sh"

sources=$(realpath "$1")
spark_jars=$2
out=$3
work=$(mktemp -d "$MLEAP_HOME/build.XXXXXX")
trap 'rm -rf "$work"' EXIT

[ -f "$sources/bundle-protobuf/bundle/bundle.proto" ] ||
  fail "$sources/bundle-protobuf is empty: run git submodule update --init there"
need java javac jar mvn protoc unzip

scala_files() {
  local module
  for module; do find "$sources/$module/src/main" -name '*.scala'; done
}

write_proto_classes() {
  local generator
  maven_copy generator "$work/generator"
  generator=$(jars_in "$work/generator")
  printf '#!/bin/sh\nexec java -cp "%s" scalapb.ScalaPbCodeGenerator\n' "$generator" \
    >"$work/protoc-gen-scala"
  chmod +x "$work/protoc-gen-scala"
  mkdir -p "$work/generated"
  unzip -q -o "$out"/scalapb-runtime_*.jar 'scalapb/*.proto' -d "$work/proto"
  (cd "$sources/bundle-protobuf/bundle" &&
    protoc --plugin=protoc-gen-scala="$work/protoc-gen-scala" \
      --scala_out=flat_package:"$work/generated" -I. -I"$work/proto" \
      bundle.proto ext/ctree.proto ext/dtree.proto)
}

# Stands in for the file that sbt's build-info plug-in writes.
write_build_values() {
  cat >"$work/generated/BuildValues.scala" <<SCALA
package ml.combust.mleap
object BuildValues {
  val name = "mleap"
  val version: String = "$MLEAP_VERSION"
  val gitHeadCommit: Option[String] = None
}
SCALA
}

build_runtime() {
  local modules="mleap-base mleap-tensor bundle-ml mleap-core mleap-runtime mleap-avro"
  local java_files
  java_files=$(for m in $modules; do find "$sources/$m/src/main" -name '*.java' -not -path '*/resources/*'; done)
  # shellcheck disable=SC2046,SC2086
  scala_compile "$work/runtime" "$libraries" "$work"/generated/BuildValues.scala \
    $(find "$work/generated" -name '*.scala' -not -name BuildValues.scala) \
    $(scala_files $modules) $java_files
  # shellcheck disable=SC2086
  javac -nowarn -XDignore.symbol.file -d "$work/runtime" -cp "$work/runtime:$libraries" $java_files
  cp "$sources/mleap-runtime/src/main/resources/reference.conf" "$work/runtime/"
  jar cf "$out/mleap-runtime.jar" -C "$work/runtime" .
}

# Each module's reference.conf adds to the same list, so each needs a jar of its own.
build_spark_support() {
  local module
  # shellcheck disable=SC2046
  scala_compile "$work/spark" "$work/runtime:$libraries" \
    $(scala_files bundle-hdfs mleap-spark-base mleap-spark mleap-spark-extension)
  jar cf "$out/mleap-spark.jar" -C "$work/spark" .
  for module in bundle-hdfs mleap-spark mleap-spark-extension; do
    jar cf "$out/$module-conf.jar" -C "$sources/$module/src/main/resources" reference.conf
  done
}

# There is no xgboost4j for Scala 2.13: its Java classes and native library are taken as they
# are, and its Scala sources compiled anew.
build_xgboost() {
  local coordinates
  for coordinates in ml.dmlc:xgboost4j_2.12:2.0.3 ml.dmlc:xgboost4j_2.12:2.0.3:jar:sources \
    ai.h2o:xgboost-predictor:0.3.18 ai.h2o:h2o-tree-api:0.3.18; do
    mvn --quiet --batch-mode -Dstyle.color=never dependency:copy -Dartifact="$coordinates" -DoutputDirectory="$work/xgboost-jars"
  done
  cp "$work"/xgboost-jars/{xgboost-predictor,h2o-tree-api}-*.jar "$out/"
  unzip -q "$work/xgboost-jars/xgboost4j_2.12-2.0.3.jar" -d "$work/xgboost" \
    -x 'ml/dmlc/xgboost4j/scala/*' 'ml/dmlc/xgboost4j/LabeledPoint*' 'META-INF/*'
  unzip -q "$work/xgboost-jars/xgboost4j_2.12-2.0.3-sources.jar" -d "$work/xgboost-sources"
  # shellcheck disable=SC2046
  scala_compile "$work/xgboost" "$work/xgboost:$(jars_in "$out" "$spark_jars")" \
    "$work/xgboost-sources/ml/dmlc/xgboost4j/LabeledPoint.scala" \
    $(find "$work/xgboost-sources/ml/dmlc/xgboost4j/scala" -name '*.scala') \
    $(scala_files mleap-xgboost-runtime)
  cp "$sources/mleap-xgboost-runtime/src/main/resources/reference.conf" "$work/xgboost/"
  jar cf "$out/mleap-xgboost-runtime.jar" -C "$work/xgboost" .
}

mkdir -p "$out"
say "fetching the libraries of MLeap"
maven_copy libraries "$out" -DexcludeArtifactIds=scala-library,scala-reflect
libraries=$(jars_in "$out" "$spark_jars")
say "generating the protobuf classes"
write_proto_classes
write_build_values
say "compiling the MLeap runtime"
build_runtime
say "compiling MLeap's Spark support"
build_spark_support
say "compiling the XGBoost runtime"
build_xgboost
