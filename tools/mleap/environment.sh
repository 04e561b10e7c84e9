# Sourced by whatever runs the real Spark and MLeap. Everything made here stays in one cache folder:
#
#   python_ready NAME REQUIREMENTS   a Python environment; sets PYTHON and PYSPARK_JARS
#   mleap_ready                      MLeap with its exporter for Spark; sets MLEAP_CLASSPATH
#   scala_compile SCALA OUT CLASSPATH FILE…
#   scorer_ready                     the scorer with that MLeap; sets SCORE_CLASSPATH for a plain JVM
#   published_scorer_ready           the scorer with MLeap's published runtime; sets the same
#
# Each says what it does, and does nothing twice. What cannot be had ends the script with 69.

MLEAP_VERSION=0.25.2
MLEAP_TOOLS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
MLEAP_HOME=${PILLION_CACHE:-$HOME/.cache/pillion}/mleap
readonly SPARK_SCALA=2.13.17     # what PySpark 4.1.2 carries
readonly PUBLISHED_SCALA=2.12.18 # runs with the library that mleap-runtime_2.12 asks for
mkdir -p "$MLEAP_HOME"

say() { printf '%s\n' "== $*" >&2; }
fail() { printf '%s\n' "error: $*" >&2; exit 1; }
unavailable() { printf '%s\n' "error: $1" "${@:2}" >&2; exit 69; }
need() { for tool; do command -v "$tool" >/dev/null || fail "$tool is needed and not installed"; done; }

# A class path of all jars in the folders given.
jars_in() { find -L "$@" -maxdepth 1 -name '*.jar' | sort | paste -sd:; }

fingerprint() { cat "$@" | sha256sum | cut -c1-16; }

python_ready() {
  local environment=$MLEAP_HOME/python-$1 requirements=$2 mark
  mark=$environment/made-$(fingerprint "$requirements")
  if [ ! -e "$mark" ]; then
    need python3
    say "installing $requirements in $environment"
    rm -rf "$environment"
    python3 -m venv "$environment"
    "$environment/bin/pip" install --quiet --requirement "$requirements"
    touch "$mark"
  fi
  PYTHON=$environment/bin/python
  PYSPARK_JARS=$("$PYTHON" -c 'import os, pyspark; print(os.path.dirname(pyspark.__file__))')/jars
}

# maven_copy POM FOLDER [option…]: what a .pom.xml of this folder asks for, as jars in FOLDER.
maven_copy() {
  local pom=$MLEAP_TOOLS/$1.pom.xml folder=$2
  need mvn
  rm -rf "$folder.part"
  mvn --quiet --batch-mode -Dstyle.color=never --file "$pom" dependency:copy-dependencies \
    -DoutputDirectory="$folder.part" "${@:3}" >"$folder.log" 2>&1 && mv "$folder.part" "$folder"
}

# The folder in MLEAP_JARS if it is set, else Maven Central.
mleap_ready() {
  local jars=$MLEAP_HOME/exporter-$MLEAP_VERSION
  if [ -n "${MLEAP_JARS:-}" ]; then
    jars=$MLEAP_JARS
    [ -d "$jars" ] || unavailable "MLEAP_JARS=$jars is no folder"
  elif [ ! -d "$jars" ]; then
    say "looking for MLeap $MLEAP_VERSION with its exporter on Maven Central"
    maven_copy exporter "$jars" -DexcludeGroupIds=org.apache.spark \
      -DexcludeArtifactIds=scala-library,scala-reflect ||
      unavailable "MLeap $MLEAP_VERSION does not resolve from Maven Central: $(missing_artifact "$jars.log")" \
        "Name a folder with its jars in MLEAP_JARS; $MLEAP_TOOLS/README.md tells what must be there."
  fi
  MLEAP_CLASSPATH=$(jars_in "$jars")
  has_class "$jars" ml/combust/mleap/runtime/MleapContext "MLeap's runtime"
  has_class "$jars" ml/combust/mleap/spark/SimpleSparkSerializer "MLeap's exporter for Spark"
  has_class "$jars" spray/json/JsonParser "spray-json"
}

missing_artifact() { grep -oE 'ml\.[a-z.]+:[a-z0-9_.-]+:(jar|pom):[0-9.]+' "$1" | sed -n 1p; }

has_class() { # FOLDER CLASS WHAT
  local jar
  need unzip
  for jar in "$1"/*.jar; do
    if [ -e "$jar" ] && unzip -Z1 "$jar" "$2.class" >/dev/null 2>&1; then return; fi
  done
  unavailable "$1 holds no jar with $3 (class ${2//\//.})" \
    "$MLEAP_TOOLS/README.md tells what must be there."
}

# scala_compile SCALA OUT CLASSPATH FILE…
scala_compile() {
  local compiler=$MLEAP_HOME/scala-$1
  if [ ! -d "$compiler" ]; then
    say "fetching the compiler of Scala $1"
    maven_copy compiler "$compiler" -Dscala="$1" ||
      unavailable "the compiler of Scala $1 does not resolve from Maven Central; see $compiler.log"
  fi
  rm -rf "$2.part"
  mkdir -p "$2.part"
  java -Xmx3g -Xss8m -cp "$(jars_in "$compiler")" scala.tools.nsc.Main -nowarn \
    -d "$2.part" -cp "$3" "${@:4}"
  mv "$2.part" "$2"
}

compiled_scorer() { # SCALA CLASSPATH: sets SCORE_CLASSPATH
  local classes
  classes=$MLEAP_HOME/scorer-$(fingerprint "$MLEAP_TOOLS"/scorer/*.scala <(printf '%s' "$1 $2"))
  if [ ! -d "$classes" ]; then
    say "compiling the scorer"
    scala_compile "$1" "$classes" "$2" "$MLEAP_TOOLS"/scorer/*.scala
  fi
  SCORE_CLASSPATH=$classes:$2
}

# No vector module and no native BLAS: the arithmetic of a JVM as servers run it.
scorer_ready() { compiled_scorer $SPARK_SCALA "$MLEAP_CLASSPATH:$(jars_in "$PYSPARK_JARS")"; }

published_scorer_ready() {
  local jars=$MLEAP_HOME/runtime-0.20.0
  if [ ! -d "$jars" ]; then
    say "fetching MLeap's runtime 0.20.0 from Maven Central"
    maven_copy runtime "$jars" ||
      unavailable "MLeap's runtime 0.20.0 does not resolve from Maven Central; see $jars.log"
  fi
  compiled_scorer $PUBLISHED_SCALA "$(jars_in "$jars")"
}
