"""Records cases: makes bundles with Spark, lets MLeap answer, asks Spark for the same rows."""

import json
import os
import shutil
import subprocess
import traceback

from recorder import bundles, casefile, compare, frames, spark


class Engine:
    def __init__(self, session, work, out):
        self.session = session
        self._work = work
        self._out = out
        self._models = {}
        self._failed = []

    def record(self, cases):
        made = [case for case in cases if self._attempt(case, self._make)]
        self._ask_mleap(made)
        for case in made:
            self._attempt(case, self._finish)
        return self._failed

    # What the cases call.

    def export(self, stages, train, path):
        frame = spark.data_frame(self.session, train.columns, train.rows)
        if train.prepare:
            frame = train.prepare(frame)
        model = spark.fit(stages(self.session), frame)
        spark.export(self.session, model, frame, path, protobuf=False)
        spark.export(self.session, model, frame, path.with_name("model.pb.zip"), protobuf=True)
        bundles.repack(path)
        bundles.repack(path.with_name("model.pb.zip"))
        return model, train.prepare

    def bundle_of(self, name):
        """Another case's bundle: as just made, or as recorded before."""
        made = self._work / name / "model.zip"
        if not made.exists():
            made.parent.mkdir(exist_ok=True)
            casefile.unpack_bundle(self._out / f"{name}.txt", "model.zip", made)
        return made

    # The steps.

    def _make(self, case):
        folder = self._work / case.name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "job.json").write_text(json.dumps(case.job))
        frames.write_input(folder, case.columns, case.rows)
        if "resave" in case.job:
            self.bundle_of(case.job["resave"])
        if case.make:
            self._models[case.name] = case.make(self, folder / "model.zip")

    def _attempt(self, case, step):
        try:
            step(case)
            return True
        except Exception:
            print(f"{case.name}: {traceback.format_exc(limit=-4)[-1500:]}", flush=True)
            self._failed.append(case.name)
            return False

    def _ask_mleap(self, cases):
        if cases:
            command = [
                "java",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                os.environ["RECORD_CLASSPATH"],
                "pillion.golden.Recorder",
                str(self._work),
                *[case.name for case in cases],
            ]
            log = (self._work / "mleap.log").open("w")
            if subprocess.run(command, stderr=log).returncode != 0:
                print((self._work / "mleap.log").read_text()[-3000:])

    def _finish(self, case):
        folder = self._work / case.name
        if not (folder / "result.json").exists():
            self._failed.append(case.name)
            return
        result = json.loads((folder / "result.json").read_text())
        target = folder / "case"
        shutil.copytree(folder / "out", target)
        for name in ("model.zip", "model.pb.zip"):
            if (folder / name).exists():
                shutil.copy(folder / name, target / name)
                if case.job:  # written by the JVM, with its own times and uids
                    bundles.repack(target / name)
        about = {
            "name": case.name,
            "source": case.source,
            "ops": list(case.ops),
            "note": case.note,
            "rows": len(result.get("all", [])),
            "errRows": len(result.get("errors", [])),
        }
        if "loadError" in result:
            about["mleapLoadError"] = result["loadError"]
        elif self._models.get(case.name):
            about["versusSpark"] = self._ask_spark(case, result, target)
        (target / "case.json").write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n")
        casefile.write(target, self._out, case.name)

    def _ask_spark(self, case, result, target):
        model, prepare = self._models[case.name]
        binary = target / "expected.bin"
        numbers = result["all"] if binary.exists() else result["json"]
        numbers = [n for n in numbers if n not in result["dropped"]]
        names, rows, errors = self._spark_rows(case, model, prepare, result["all"])
        _, alone, error_rows = self._spark_rows(case, model, prepare, result["errors"])
        _write_spark(target / "spark.json", names, rows, result["errors"], alone, error_rows)
        columns, expected = read_expected(target, binary.exists())
        by_column = {name: [row[i] for row in expected] for i, name in enumerate(columns)}
        report = compare.versus_spark(names, by_column, rows, numbers, errors)
        only_mleap = {str(n): str(alone[n])[:200] for n in result["errors"] if n in alone}
        if only_mleap:
            report.update(onlyMleapThrows=only_mleap, equal=False)
        kept = [n for n in result["dropped"] if n in rows]
        if kept:
            report.update(onlyMleapDrops=kept, equal=False)
        return {"compared": "expected.bin" if binary.exists() else "expected.json", **report}

    def _spark_rows(self, case, model, prepare, numbers):
        """All rows at once, or each alone where one of them makes Spark fail."""
        try:
            names, found = spark.answers(
                self.session, model, case.columns, [case.rows[n] for n in numbers], prepare
            )
            return names, {numbers[i]: row for i, row in found.items()}, {}
        except Exception as error:
            if len(numbers) <= 1:
                return [], {}, {n: spark.error_text(error) for n in numbers}
        names, rows, errors = [], {}, {}
        for number in numbers:
            one_names, one_rows, one_errors = self._spark_rows(case, model, prepare, [number])
            names = one_names or names
            rows.update(one_rows)
            errors.update(one_errors)
        return names, rows, errors


def read_expected(folder, binary):
    if binary:
        frame = frames.BinaryReader((folder / "expected.bin").read_bytes())
        return frame.columns, frame.rows
    path = folder / "expected.json"
    return frames.read_json(path) if path.exists() else ({}, [])


def _write_spark(path, names, rows, error_numbers, alone, errors):
    def text(value):
        return json.dumps(_special(value), ensure_ascii=False)

    failed = {
        str(n): {"error": errors[i]} if i in errors else {"rows": [alone[i]] if i in alone else []}
        for n, i in enumerate(error_numbers)
    }
    lines = ",\n".join(text(row) for row in rows.values())
    path.write_text(
        f'{{"columns": {text(names)},\n"rowIndex": {text(list(rows))},\n'
        f'"errFrames": {text(failed)},\n"rows": [\n{lines}\n]}}\n',
        encoding="utf-8",
    )


def _special(value):
    """NaN, infinities and -0.0 as strings, for which JSON has no numbers; long vectors by entry."""
    if isinstance(value, float) and (
        value != value or abs(value) == frames.INF or (value == 0 and str(value) == "-0.0")
    ):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(str(value), str(value))
    if isinstance(value, list) and len(value) > 1000:
        return {"size": len(value), "nonzero": {i: _special(v) for i, v in enumerate(value) if v != 0}}
    if isinstance(value, dict):
        return {key: _special(element) for key, element in value.items()}
    if isinstance(value, (list, tuple)):
        return [_special(element) for element in value]
    return value
