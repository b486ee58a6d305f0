# ruff: noqa: INP001
"""Bill of materials and notices of third parties: ``python tools/bill_of_materials.py FOLDER [PYTHON]``.

Writes ``FOLDER/sbom.cdx.json`` (CycloneDX 1.6) and ``FOLDER/THIRD-PARTY-NOTICES.txt`` of what the run lock installs in
the environment of PYTHON (default: this one), of the libraries within its wheels, and of the vendored scripts.  Ends
with 1 where a licence is unknown or not one that we take, and where nothing is known of a library.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from license_expression import get_spdx_licensing
from packaging.utils import canonicalize_name

sys.path.insert(0, str(Path(__file__).parent))

import native_libraries

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements-run.lock"
MANIFESTS = (ROOT / "maps/vendor/manifest.json", ROOT / "service/pages/vendor/manifest.json")
SITE = "import json, sysconfig; print(json.dumps(sysconfig.get_path('purelib')))"
TEXT = re.compile(r"\.dist-info/(?:.*/)?(?:licen[cs]e|copying|notice|authors)[^/]*$", re.IGNORECASE)

Component = dict[str, Any]
SPDX = get_spdx_licensing()

TAKEN = frozenset(
    {
        "0BSD",
        "Apache-2.0",
        "Apache-2.0 WITH LLVM-exception",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "BSD-4-Clause-UC",
        "BSL-1.0",
        "CC0-1.0",
        "EPL-1.0",
        "EPL-2.0",
        "FTL",
        "GPL-3.0-or-later WITH GCC-exception-3.1",
        "IJG",
        "ISC",
        "LGPL-2.1-only",
        "LGPL-2.1-or-later",
        "LGPL-3.0-only",
        "MIT",
        "MIT-0",
        "MIT-CMU",
        "MPL-2.0",
        "OLDAP-2.8",
        "PSF-2.0",
        "PostgreSQL",
        "Python-2.0",
        "Unicode-3.0",
        "Unicode-DFS-2016",
        "Unlicense",
        "X11",
        "Zlib",
        "blessing",
        "bzip2-1.0.6",
        "curl",
        "libpng-2.0",
        "libtiff",
    }
)
"""Licences that we take, by SPDX: none of them binds our own code. LGPL, EPL: loaded or run unchanged."""

CLASSIFIED = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
"""SPDX of the classifiers of packages that state nothing better."""

STATED = {
    "cyrus-sasl-lib": "BSD-4-Clause-UC",
    "keyutils-libs": "LGPL-2.1-or-later",
    "libXau": "MIT",
    "libcom_err": "MIT",
    "libgomp": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "ncurses-libs": "X11",
    "openssl": "Apache-2.0",
    "protobuf": "BSD-3-Clause",
    "readline": "GPL-3.0-or-later",
}
"""Licences of components whose own metadata name none, as their projects state them."""

EXCEPTED = {
    "readline": "only `psql` of the embedded PostgreSQL is linked to it; nothing calls it, and the image has neither",
}
"""Components with a licence that we do not take otherwise, and why they may stay."""

FILES = {"readline": "libreadline", "libimagequant": "libimagequant"}
"""Components that a wheel's bill names although the file may be absent, and how its name begins."""


def hashes_of_lock() -> dict[tuple[str, str], list[str]]:
    """SHA-256 of the files that the run lock lets in, by name and version: a name may have one for each Python."""
    blocks = re.split(r"^(?=[\w.-]+==)", LOCK.read_text("utf-8"), flags=re.MULTILINE)[1:]
    return {
        (canonicalize_name(block.partition("==")[0]), block.partition("==")[2].split()[0]): re.findall(
            r"--hash=sha256:([0-9a-f]{64})", block
        )
        for block in blocks
    }


def names_of_lock() -> set[str]:
    """Names that the run lock has."""
    return {name for name, _ in hashes_of_lock()}


def site_of(python: str) -> Path:
    """Folder of the packages of an interpreter."""
    said = subprocess.run([python, "-c", SITE], check=True, capture_output=True, text=True).stdout
    return Path(json.loads(said))


def packages(site: Path) -> list[Distribution]:
    """What the run lock installs there, by name."""
    wanted = names_of_lock()
    found = {canonicalize_name(each.name): each for each in distributions(path=[str(site)])}
    return [found[name] for name in sorted(wanted & found.keys())]


def carried(package: Distribution) -> Iterator[Component]:
    """What a wheel says that it has within it: the bills of its dist-info/sboms, see PEP 770."""
    for path in package.files or ():
        if ".dist-info/sboms/" in str(path) and path.suffix == ".json":
            bill = json.loads(path.read_text("utf-8"))
            for each in bill.get("components", ()):
                if canonicalize_name(each["name"]) != canonicalize_name(package.name) and _is_there(package, each):
                    yield each


def _is_there(package: Distribution, component: Component) -> bool:
    """Whether a component lies in this environment, where it may not."""
    if component.get("scope") == "excluded":
        return False
    if (name := FILES.get(component["name"])) is None:
        return True
    return any(Path(str(each.locate())).exists() for each in package.files or () if each.name.startswith(name))


def vendored() -> Iterator[Component]:
    """Scripts that stand in our own tree."""
    for manifest in MANIFESTS:
        for name, facts in json.loads(manifest.read_text("utf-8")).items():
            yield {
                "type": "library",
                "bom-ref": f"npm:{name}=={facts['version']}",
                "name": name,
                "version": facts["version"],
                "purl": f"pkg:npm/{name}@{facts['version']}",
                "licenses": [{"license": {"id": facts["licence"]}}],
                "hashes": [{"alg": "SHA-256", "content": facts["tarball_sha256"]}],
            }


def licence_of(component: Component) -> str:
    """The SPDX expression of a component, or "" where none is known."""
    said = [
        each.get("expression") or each["license"].get("id") or each["license"].get("name", "")
        for each in component.get("licenses", ())
    ]
    exact = [each for each in said if not each.startswith(("License ::", "declared license"))]
    if exact:
        return " AND ".join(
            f"({each})" if " OR " in each and exact[1:] else each.replace("/", " OR ") for each in exact
        )
    if component["name"] in STATED:
        return STATED[component["name"]]
    classified = (CLASSIFIED.get(each.rpartition(" :: ")[2], "") for each in said)
    return next((each for each in classified if each), "")


def is_taken(expression: Any) -> bool:
    """Whether an expression leaves us a choice of licences that we take."""
    if isinstance(expression, SPDX.OR):
        return any(is_taken(each) for each in expression.args)
    if isinstance(expression, SPDX.AND):
        return all(is_taken(each) for each in expression.args)
    return str(expression) in TAKEN


def faults_of(component: Component) -> Iterator[str]:
    """What is wrong with the licence of a component, and of what it carries."""
    if component.get("type") == "file":
        return
    licence = licence_of(component)
    if not (licence and is_taken(SPDX.parse(licence))) and component["name"] not in EXCEPTED:
        yield f"{component['name']} {component.get('version', '')}: {licence or 'no licence known'}"
    for each in component.get("components", ()):
        yield from faults_of(each)


def within(package: Distribution, python: str) -> Iterator[Component]:
    """What lies within a wheel: by its own bill, and by what is known of wheels without one."""
    yield from carried(package)
    yield from native_libraries.of_package(package, canonicalize_name(package.name), python)


def distribution_of(component: Component, hashes: Sequence[str]) -> dict[str, Any]:
    """Where a package comes from: one of the files of its release, each with its hash."""
    listed = [{"alg": "SHA-256", "content": each} for each in hashes]
    comment = f"one of the files of the release, by {LOCK.name}"
    return {"type": "distribution", "url": component["purl"], "comment": comment, "hashes": listed}


def fill(component: Component, package: Distribution, python: str) -> None:
    """Give a component its licence, the hashes that the lock has, and what it carries."""
    inner = {}
    for each in within(package, python):
        ref = f"{component['bom-ref']}/{each['name']}=={each.get('version', '')}"
        kept = ("type", "name", "version", "scope", "purl", "licenses", "components")
        inner[ref] = {key: each[key] for key in kept if key in each} | {"bom-ref": ref}
    if inner:
        component["components"] = [inner[ref] for ref in sorted(inner)]
    for each in (component, *inner.values()):
        if licence := licence_of(each):
            each["licenses"] = [{"expression": licence}]
    hashes = hashes_of_lock()[canonicalize_name(package.name), package.version]
    component.setdefault("externalReferences", []).append(distribution_of(component, hashes))


def bill_of(python: str) -> dict[str, Any]:
    """The bill of materials of an environment."""
    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible", "--no-validate"]
    command += ["--sv", "1.6", "--pyproject", str(ROOT / "pyproject.toml"), python]
    bill: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    kept = {canonicalize_name(each.name): each for each in packages(site_of(python))}
    bill["components"] = [each for each in bill["components"] if canonicalize_name(each["name"]) in kept]
    for component in bill["components"]:
        fill(component, kept[canonicalize_name(component["name"])], python)
    ours, scripts = bill["metadata"]["component"]["bom-ref"], list(vendored())
    refs = {each["bom-ref"] for each in bill["components"]} | {ours}
    bill["dependencies"] = [
        each | {"dependsOn": [ref for ref in each.get("dependsOn", ()) if ref in refs]}
        for each in bill["dependencies"]
        if each["ref"] in refs
    ]
    bill["components"] += scripts
    root = next(each for each in bill["dependencies"] if each["ref"] == ours)
    root["dependsOn"] += [each["bom-ref"] for each in scripts]
    return bill


def notices_of(bill: dict[str, Any], site: Path) -> str:
    """Name, version and licence of everything in the bill, with the texts that packages and scripts bring along."""
    texts = {canonicalize_name(each.name): list(_texts(each)) for each in packages(site)}
    for manifest in MANIFESTS:
        for name, facts in json.loads(manifest.read_text("utf-8")).items():
            paths = [manifest.parent / path for path in facts["files"] if "LICENSE" in path]
            texts[canonicalize_name(name)] = [path.read_text("utf-8") for path in paths]
    parts = ["The district allocator is shipped with the works of others that are named here, under their licences.\n"]
    for component in bill["components"]:
        parts.append(f"{'=' * 100}\n{component['name']} {component['version']}\n{licence_of(component)}\n")
        inner = component.get("components", ())
        parts += [f"  carries {each['name']} {each.get('version', '')}: {licence_of(each)}" for each in inner]
        parts += [f"\n{text.strip()}\n" for text in texts[canonicalize_name(component["name"])]]
    return "\n".join(parts)


def _texts(package: Distribution) -> Iterator[str]:
    for path in package.files or ():
        if TEXT.search(str(path)):
            yield Path(str(path.locate())).read_text("utf-8", errors="replace")


def main(arguments: Sequence[str]) -> int:
    """Write both files."""
    folder, python = Path(arguments[0]), arguments[1] if len(arguments) > 1 else sys.executable
    bill = bill_of(python)
    text = json.dumps(bill, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    faults = [str(wrong) for wrong in [JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)] if wrong is not None]
    faults += [fault for each in bill["components"] for fault in faults_of(each)]
    faults += [
        f"{package.name}: nothing is known of {path.name}"
        for package in packages(site_of(python))
        for path in native_libraries.unknown_files(package, canonicalize_name(package.name))
    ]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sbom.cdx.json").write_text(text, encoding="utf-8")
    (folder / "THIRD-PARTY-NOTICES.txt").write_text(notices_of(bill, site_of(python)), encoding="utf-8")
    print("\n".join([*faults, f"{len(bill['components'])} components, {len(faults)} faults: {folder}"]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
