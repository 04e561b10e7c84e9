"""What pyproject.toml cannot say: a wheel into which python/wheel.sh has put the client library and
the program is for Linux and any Python; without them the package is pure Python."""

from pathlib import Path

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.dist import Distribution

NATIVE = (Path(__file__).parent / "pillion" / "lib").is_dir()


class Wheel(bdist_wheel):
    """py3-none-PLATFORM: ctypes is the same in every Python."""

    def get_tag(self) -> "tuple[str, str, str]":
        platform = super().get_tag()[2]
        return ("py3", "none", platform if NATIVE else "any")


class Package(Distribution):
    """Of the machine's kind, though nothing is compiled here."""

    def has_ext_modules(self) -> bool:
        return NATIVE


setup(
    cmdclass={"bdist_wheel": Wheel},
    distclass=Package,
    package_data={"pillion": ["py.typed"] + (["lib/*", "bin/*"] if NATIVE else [])},
    entry_points={"console_scripts": ["pillion = pillion._program:main"]} if NATIVE else {},
)
