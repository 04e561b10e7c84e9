# Sourced by whatever runs the real Spark and MLeap. Everything made here stays in one cache folder:
#
#   python_ready NAME REQUIREMENTS   a Python environment; sets PYTHON and PYSPARK_JARS
#   mleap_ready                      MLeap's jars; sets MLEAP_HOME and MLEAP_CLASSPATH
#   scala_compile OUT CLASSPATH FILE…
#   scorer_ready                     the scorer; sets SCORE_CLASSPATH for a plain JVM
#
# Each says what it does, and does nothing twice.

MLEAP_VERSION=0.25.2
MLEAP_TOOLS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
MLEAP_HOME=${PILLION_CACHE:-$HOME/.cache/pillion}/mleap-$MLEAP_VERSION
mkdir -p "$MLEAP_HOME"

say() { printf '%s\n' "== $*"; }
fail() { printf '%s\n' "error: $*" >&2; exit 1; }
need() { for tool; do command -v "$tool" >/dev/null || fail "$tool is needed and not installed"; done; }

# A class path of all jars in the folders given.
jars_in() { find "$@" -maxdepth 1 -name '*.jar' | sort | paste -sd:; }

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

maven_copy() {
  need mvn
  mvn --quiet --batch-mode -Dstyle.color=never --file "$MLEAP_TOOLS/$1.pom.xml" dependency:copy-dependencies \
    -DoutputDirectory="$2" "${@:3}"
}

published_jars() {
  maven_copy published "$1" -DexcludeGroupIds=org.apache.spark \
    -DexcludeArtifactIds=scala-library,scala-reflect >"$1.log" 2>&1
}

mleap_ready() {
  local jars=$MLEAP_HOME/jars
  if [ ! -d "$jars" ]; then
    rm -rf "$jars.part"
    say "looking for MLeap $MLEAP_VERSION on Maven Central"
    if ! published_jars "$jars.part"; then
      [ -n "${MLEAP_SOURCE:-}" ] || fail "MLeap $MLEAP_VERSION does not resolve from Maven Central;" \
        "name a checkout of its sources in MLEAP_SOURCE"
      say "it does not resolve; building it from $MLEAP_SOURCE"
      rm -rf "$jars.part"
      "$MLEAP_TOOLS/build_jars.sh" "$MLEAP_SOURCE" "$PYSPARK_JARS" "$jars.part"
    fi
    mv "$jars.part" "$jars"
  fi
  MLEAP_CLASSPATH=$(jars_in "$jars")
}

compiler_ready() {
  local jars=$MLEAP_HOME/compiler
  if [ ! -d "$jars" ]; then
    say "fetching the Scala compiler"
    maven_copy compiler "$jars.part"
    mv "$jars.part" "$jars"
  fi
  SCALA_COMPILER=$(jars_in "$jars")
}

scala_compile() {
  compiler_ready
  mkdir -p "$1"
  java -Xmx3g -Xss8m -cp "$SCALA_COMPILER" scala.tools.nsc.Main -nowarn -release 17 \
    -d "$1" -cp "$2" "${@:3}"
}

# No vector module and no native BLAS: the arithmetic of a JVM as servers run it.
scorer_ready() {
  local classes=$MLEAP_HOME/scorer-$(fingerprint "$MLEAP_TOOLS"/scorer/*.scala)
  local libraries=$MLEAP_CLASSPATH:$(jars_in "$PYSPARK_JARS")
  if [ ! -d "$classes" ]; then
    say "compiling the scorer"
    rm -rf "$classes.part"
    scala_compile "$classes.part" "$libraries" "$MLEAP_TOOLS"/scorer/*.scala
    mv "$classes.part" "$classes"
  fi
  SCORE_CLASSPATH=$classes:$libraries
}
