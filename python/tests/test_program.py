"""`pillion score` and `pillion export` where the program leaves them to `python -m pillion`: the
answers of Spark and MLeap to the same rows, in and out of Parquet and Arrow files."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import feather, ipc, parquet
from scoring import PROGRAM, ROOT, serving
from test_connect import HOUSES, PRICES, houses

CLIENT = os.environ.get("PILLION_CLIENT", str(ROOT / "build/release/lib/libpillion-client.so.2"))
LINEAR = str(HOUSES / "house-lr.zip")


class Program(unittest.TestCase):
    def setUp(self) -> None:
        self.directory = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.rows = [{"id": at, **row} for at, row in enumerate(houses())]
        self.table = pa.Table.from_pylist(self.rows)
        self.input = str(self.directory / "houses.parquet")
        self.output = str(self.directory / "prices.parquet")
        parquet.write_table(self.table, self.input, row_group_size=7)

    def run_program(
        self, *arguments: str, stdin: bytes = b"", code: int = 0, **environment: str
    ) -> subprocess.CompletedProcess[bytes]:
        done = subprocess.run(
            [PROGRAM, *arguments],
            input=stdin,
            env={
                **os.environ,
                "PILLION_PYTHON": sys.executable,
                "PILLION_CLIENT": CLIENT,
                "PYTHONPATH": os.pathsep.join([str(ROOT / "python"), *filter(None, sys.path)]),
                **environment,
            },
            capture_output=True,
            check=False,
        )
        self.assertEqual(done.returncode, code, done.stderr.decode())
        return done

    def refused(self, code: int, *arguments: str, **more: Any) -> str:
        return self.run_program(*arguments, code=code, **more).stderr.decode()


class Score(Program):
    def test_parquet_to_parquet(self) -> None:
        self.run_program(
            "score", LINEAR, self.input, "--select", "id,prediction", "-o", self.output
        )
        found = parquet.read_table(self.output)
        self.assertEqual(found.column_names, ["id", "prediction"])
        self.assertEqual(found["id"], self.table["id"])
        self.assertEqual(found["prediction"].to_pylist(), PRICES)
        self.assertEqual(sorted(os.listdir(self.directory)), ["houses.parquet", "prices.parquet"])

    def test_all_that_is_made_beside_what_the_model_does_not_read(self) -> None:
        self.run_program("score", LINEAR, self.input, "-o", self.output)
        names = parquet.read_schema(self.output).names
        self.assertEqual(names[0], "id")
        self.assertIn("prediction", names)
        self.assertIn("features", names)
        self.assertNotIn("grade", names)

    def test_arrow_files_and_streams(self) -> None:
        path = str(self.directory / "houses.arrow")
        feather.write_feather(self.table, path, compression="zstd")
        self.run_program("score", LINEAR, path, "--select=prediction", "-o", self.output)
        self.assertEqual(ipc.open_file(self.output).read_all()["prediction"].to_pylist(), PRICES)
        stream = io.BytesIO()
        with ipc.new_stream(stream, self.table.schema) as writer:
            writer.write_table(self.table)
        done = self.run_program(
            *("score", LINEAR, "-", "--from=arrow", "--to=parquet", "--select=prediction"),
            stdin=stream.getvalue(),
        )
        self.assertEqual(
            parquet.read_table(io.BytesIO(done.stdout))["prediction"].to_pylist(), PRICES
        )

    def test_over_a_server(self) -> None:
        run_dir = str(self.directory / "run")
        with serving(run_dir, house=LINEAR):
            self.run_program(
                *("score", "--url", f"shm:{run_dir}/pillion.sock", "house", self.input),
                *("--select=prediction", "-o", self.output),
            )
        self.assertEqual(parquet.read_table(self.output)["prediction"].to_pylist(), PRICES)

    def test_a_file_without_rows_has_the_columns(self) -> None:
        parquet.write_table(self.table.slice(0, 0), self.input)
        self.run_program("score", LINEAR, self.input, "--select=id,prediction", "-o", self.output)
        found = parquet.read_table(self.output)
        self.assertEqual((found.num_rows, found.column_names), (0, ["id", "prediction"]))

    def test_integers_are_text_and_dictionaries_what_they_hold(self) -> None:
        zipcodes = pa.array([int(row["zipcode"]) for row in self.rows])
        for column in (zipcodes, self.table["zipcode"].dictionary_encode()):
            at = self.table.column_names.index("zipcode")
            parquet.write_table(self.table.set_column(at, "zipcode", column), self.input)
            self.run_program("score", LINEAR, self.input, "--select=prediction", "-o", self.output)
            self.assertEqual(parquet.read_table(self.output)["prediction"].to_pylist(), PRICES)


class BadRows(Program):
    def setUp(self) -> None:
        super().setUp()
        self.rows[11]["grade"] = None
        parquet.write_table(pa.Table.from_pylist(self.rows), self.input)

    def test_the_first_ends_the_run_and_leaves_the_old_file(self) -> None:
        Path(self.output).write_bytes(b"old")
        said = self.refused(65, "score", LINEAR, self.input, "-o", self.output)
        self.assertIn("houses.parquet: row 11:", said)
        self.assertIn('column "grade"', said)
        self.assertEqual(Path(self.output).read_bytes(), b"old")
        self.assertEqual(len(os.listdir(self.directory)), 2)

    def test_they_may_have_nulls(self) -> None:
        said = self.refused(
            *(1, "score", LINEAR, self.input, "--select=prediction", "-o", self.output),
            "--keep-going",
        )
        wanted: list[Any] = list(PRICES)
        wanted[11] = None
        self.assertEqual(parquet.read_table(self.output)["prediction"].to_pylist(), wanted)
        self.assertIn(f"1 of {len(PRICES)} rows could not be scored", said)


class Refused(Program):
    def test_columns_that_do_not_fit(self) -> None:
        table = self.table.rename_columns(
            ["grades" if name == "grade" else name for name in self.table.column_names]
        )
        at = table.column_names.index("lat")
        parquet.write_table(
            table.set_column(at, "lat", pa.array(["north"] * len(self.rows))), self.input
        )
        said = self.refused(65, "score", LINEAR, self.input, "-o", self.output)
        self.assertIn("has no column grade, which the model reads (it has grades)", said)
        self.assertIn("column lat holds string, and the model reads double", said)
        self.assertFalse(os.path.exists(self.output))

    def test_files_that_are_none(self) -> None:
        self.assertIn(
            "there is no such file", self.refused(66, "score", LINEAR, "no.csv", "--from=parquet")
        )
        half = Path(self.input).read_bytes()[:-9]
        Path(self.input).write_bytes(half)
        self.assertIn("cannot be read", self.refused(65, "score", LINEAR, self.input))
        Path(self.input).write_bytes(b"id,x\n1,2\n")
        said = self.refused(65, "score", LINEAR, self.input, "--to=parquet")
        self.assertIn("is neither a Parquet nor an Arrow file", said)
        parquet.write_table(self.table, self.input)
        self.assertIn("no.zip", self.refused(66, "score", "no.zip", self.input))

    def test_options_that_are_not_for_it(self) -> None:
        said = self.refused(64, "score", LINEAR, self.input, "--to=csv")
        self.assertIn("to Parquet and Arrow files alone", said)
        self.assertIn("are for CSV", self.refused(64, "score", LINEAR, self.input, "--null=NA"))
        said = self.refused(65, "score", LINEAR, "-", stdin=Path(self.input).read_bytes())
        self.assertIn("a Parquet file", said)
        self.assertIn("--from", said)

    def test_a_python_that_is_not_there_or_lacks_the_packages(self) -> None:
        command = ("score", LINEAR, self.input)
        said = self.refused(69, *command, PILLION_PYTHON="/no/such/python")
        self.assertIn("'/no/such/python' cannot be run", said)
        self.assertIn("PILLION_PYTHON", said)
        bare = str(self.directory / "python")
        Path(bare).write_text(f'#!/bin/sh\nexec {sys._base_executable} -I -S "$@"\n')  # type: ignore[attr-defined]
        os.chmod(bare, 0o755)
        said = self.refused(69, *command, PILLION_PYTHON=bare)
        self.assertIn("No module named 'pyarrow'", said)
        self.assertIn("install pyarrow and pillion there with pip", said)


class Export(Program):
    def test_what_is_no_saved_model_is_refused(self) -> None:
        bundle = str(self.directory / "b.zip")
        said = self.refused(66, "export", "spark", str(self.directory / "no"), "-o", bundle)
        self.assertIn("there is no such directory", said)
        self.refused(65, "export", "spark", str(self.directory), "-o", bundle)
        self.refused(64, "export", "sparkle", str(self.directory), "-o", bundle)
        self.assertFalse(os.path.exists(bundle))


if __name__ == "__main__":
    unittest.main()
