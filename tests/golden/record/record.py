"""Records the golden cases: record.py [--extension] WORK OUT [PATTERN…]

PATTERNs, as in a shell, choose cases; without any all are recorded. With --extension the cases
that need MLeap's Spark extension: its op registry hides Spark's own one-vs-rest, so these run in
a session of their own.
"""

import argparse
import fnmatch
import sys
from pathlib import Path

import families
from recorder import casefile, spark
from recorder.engine import Engine


def chosen(cases, patterns):
    def wanted(case):
        return not patterns or any(fnmatch.fnmatch(case.name, pattern) for pattern in patterns)

    return [case for case in cases if wanted(case)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("work", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--extension", action="store_true")
    parser.add_argument("patterns", nargs="*")
    options = parser.parse_args()
    cases = [case for case in families.all_cases() if case.extension == options.extension]
    cases = chosen(cases, options.patterns)
    if not cases:
        return 0
    print(f"recording {len(cases)} cases", flush=True)
    session = spark.start(spark.extra_class_path())
    failed = Engine(session, options.work, options.out).record(cases)
    session.stop()
    casefile.write_index(options.out)
    if failed:
        print("not recorded: " + " ".join(failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
