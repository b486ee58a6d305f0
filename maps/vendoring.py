"""Rebuilds ``maps/vendor`` from npm tarballs and checks it: ``python -m maps.vendoring``."""

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

VENDOR = Path(__file__).parent / "vendor"
MANIFEST = VENDOR / "manifest.json"

PACKAGES = {
    "leaflet": {
        "version": "1.9.4",
        "licence": "BSD-2-Clause",
        "files": {
            "package/LICENSE": "leaflet/LICENSE",
            "package/dist/leaflet.js": "leaflet/leaflet.js",
            "package/dist/leaflet.css": "leaflet/leaflet.css",
            "package/dist/images/layers.png": "leaflet/images/layers.png",
            "package/dist/images/layers-2x.png": "leaflet/images/layers-2x.png",
            "package/dist/images/marker-icon.png": "leaflet/images/marker-icon.png",
        },
    },
}
"""What is taken from npm: all that folium's frame needs once it draws no marker, popup or icon itself."""


def sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_manifest(vendor: Path = VENDOR) -> dict[str, Any]:
    """The manifest: package → version, licence, tarball hash and hash per file."""
    manifest: dict[str, Any] = json.loads((vendor / MANIFEST.name).read_text(encoding="utf-8"))
    return manifest


def find_faults(vendor: Path = VENDOR) -> list[str]:
    """Files that are missing, changed or not in the manifest, one sentence each."""
    stated = {name: digest for package in read_manifest(vendor).values() for name, digest in package["files"].items()}
    present = {str(path.relative_to(vendor)) for path in vendor.rglob("*") if path.is_file()}
    faults = [f"{name} is missing" for name in sorted(stated.keys() - present)]
    faults += [
        f"{name} is not in the manifest" for name in sorted(present - stated.keys() - {"manifest.json", "README.md"})
    ]
    changed = [name for name in sorted(stated.keys() & present) if sha256(vendor / name) != stated[name]]
    return faults + [f"{name} has changed" for name in changed]


def fetch(name: str, package: Mapping[str, Any], folder: Path, vendor: Path = VENDOR) -> dict[str, Any]:
    """Take one package's files out of its npm tarball; returns its entry in the manifest."""
    command = ["npm", "pack", f"{name}@{package['version']}", "--pack-destination", str(folder), "--silent"]
    tarball = folder / subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1]
    with tarfile.open(tarball) as archive:
        for inside, target in package["files"].items():
            member = archive.extractfile(inside)
            if member is None:
                raise FileNotFoundError(f"{name} {package['version']} has no {inside}")
            (vendor / target).parent.mkdir(parents=True, exist_ok=True)
            (vendor / target).write_bytes(member.read())
    hashes = {target: sha256(vendor / target) for target in package["files"].values()}
    return {
        "version": package["version"],
        "licence": package["licence"],
        "tarball_sha256": sha256(tarball),
        "files": hashes,
    }


def main(packages: Mapping[str, Mapping[str, Any]] = PACKAGES, vendor: Path = VENDOR) -> int:
    """Fetch every package and write the manifest."""
    with tempfile.TemporaryDirectory() as folder:
        manifest = {name: fetch(name, package, Path(folder), vendor) for name, package in packages.items()}
    (vendor / MANIFEST.name).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    faults = find_faults(vendor)
    print("\n".join(faults) or f"{vendor / MANIFEST.name} and its files agree")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
