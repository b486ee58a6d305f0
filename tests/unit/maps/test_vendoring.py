from maps.vendoring import PACKAGES, VENDOR, find_faults, read_manifest


def test_vendored_files_are_what_the_manifest_says():
    assert find_faults() == []


def test_every_package_is_named_with_version_licence_and_hashes():
    manifest = read_manifest()
    assert manifest.keys() == PACKAGES.keys()
    for name, package in PACKAGES.items():
        assert manifest[name]["version"] == package["version"]
        assert manifest[name]["licence"] == package["licence"]
        assert set(manifest[name]["files"]) == set(package["files"].values())


def test_the_vendored_assets_stay_slim():
    assert sum(path.stat().st_size for path in VENDOR.rglob("*") if path.is_file()) < 200_000


def test_the_licence_travels_with_the_files():
    assert "Agafonkin" in (VENDOR / "leaflet" / "LICENSE").read_text(encoding="utf-8")
