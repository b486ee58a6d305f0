import io
import struct
import zipfile
from datetime import date

import geopandas as gpd
import pytest
from shapely.geometry import Point, Polygon

from allocator.errors import InputError
from geodata.readers import shapefile as module
from geodata.readers.boundaries import read_boundaries
from geodata.readers.dbase import DbaseError, read_dbase
from geodata.readers.read_files import read_registry
from geodata.readers.record_reader import PARKS, SPACES, parse_file
from service.i18n.fault_text import chinese

PARK = {"park_id": "P1", "name_zh": "坪山生物医药园", "name_en": "Pingshan", "district": "440310"}
SQUARE = Polygon([(114.35, 22.68), (114.36, 22.68), (114.36, 22.69), (114.35, 22.69)])


def parts_of(tmp_path, rows, shapes, name="parks", crs="EPSG:4490", encoding="UTF-8"):
    """Files of a shapefile that GDAL wrote, by their ending."""
    folder = tmp_path / f"made-{name}-{encoding}"
    folder.mkdir(exist_ok=True)
    frame = gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4490").to_crs(crs)
    frame.to_file(folder / f"{name}.shp", driver="ESRI Shapefile", encoding=encoding)
    return {path.suffix: path.read_bytes() for path in folder.iterdir()}


def packed(path, parts, name="parks", *, compression=zipfile.ZIP_DEFLATED, mode="w"):
    with zipfile.ZipFile(path, mode, compression) as archive:
        for ending, content in parts.items():
            archive.writestr(f"{name}{ending}", content)
    return path


def faults_of(path, kind=PARKS):
    parsed = parse_file(path, kind)
    assert not parsed.records
    for each in parsed.faults:
        assert chinese(each.message) != each.message, each
        assert chinese(each.remedy) != each.remedy, each
    return [(each.message, each.remedy) for each in parsed.faults]


@pytest.fixture
def parks(tmp_path):
    return parts_of(tmp_path, [PARK], [Point(114.35, 22.68)])


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK"])
@pytest.mark.parametrize("code_page", ["as written", "none", "936 or 65001"])
def test_parks_are_read_in_either_encoding_with_or_without_a_code_page(tmp_path, encoding, code_page):
    parts = parts_of(tmp_path, [PARK], [Point(114.35, 22.68)], crs="EPSG:4547", encoding=encoding)
    if code_page != "as written":
        parts.pop(".cpg", None)
        dbf = bytearray(parts[".dbf"])
        dbf[29] = 0
        parts[".dbf"] = bytes(dbf)
    if code_page.startswith("936"):
        parts[".cpg"] = b"ANSI 936" if encoding == "GBK" else b"65001"
    parsed = parse_file(packed(tmp_path / "parks.zip", parts, "GIS/图层"), PARKS)
    assert parsed.faults == []
    (park,) = parsed.records
    assert (park.park_id, park.name_zh, park.district) == ("P1", "坪山生物医药园", "440310")
    assert (park.lon, park.lat) == pytest.approx((114.35, 22.68), abs=1e-6)
    assert (park.origin.file, park.origin.row) == ("parks.zip", 1)


def test_names_that_dbase_cut_are_made_whole(tmp_path):
    space = {"space_id": "S1", "park_id": "P1", "floor_area": 5000, "floor_load": 7.5, "clear_heig": 4.2}
    parsed = parse_file(packed(tmp_path / "spaces.zip", parts_of(tmp_path, [space], [None], "spaces")), SPACES)
    assert {each.column for each in parsed.faults}.isdisjoint(space)
    assert {"floor_area_m2", "floor_load_kpa", "clear_height_m"}.isdisjoint({each.column for each in parsed.faults})


def test_boundaries_are_read_and_deleted_records_are_not(tmp_path):
    rows = [{"ADCODE": "440310", "name_zh": "坪山区"}, {"ADCODE": "440311", "name_zh": "光明区"}]
    parts = parts_of(tmp_path, rows, [SQUARE, SQUARE], "boundaries", "EPSG:4547")
    dbf = bytearray(parts[".dbf"])
    head, width = struct.unpack_from("<HH", dbf, 8)
    dbf[head + width] = ord("*")
    parts[".dbf"] = bytes(dbf)
    found = read_boundaries(packed(tmp_path / "boundaries.zip", parts, "boundaries"))
    assert list(found["adcode"]) == ["440310"]
    assert list(found["name_zh"]) == ["坪山区"]
    assert found.geometry.iloc[0].symmetric_difference(SQUARE).area < 1e-12


def test_the_layer_of_the_kind_is_taken_among_several(tmp_path, parks):
    path = packed(tmp_path / "city.zip", parks, "city/roads")
    packed(path, parks, "city/parks", mode="a")
    assert len(parse_file(path, PARKS).records) == 1
    assert faults_of(path, SPACES)[0][0] == "has 2 layers and none is named spaces"


def test_what_is_missing_is_told_at_once(tmp_path, parks):
    path = packed(tmp_path / "parks.zip", {".shp": parks[".shp"], ".dbf": parks[".dbf"]})
    assert faults_of(path) == [
        ("lacks the .shx of its shapefile", module.PACK),
        ("lacks the .prj of its shapefile", module.PACK),
    ]


def test_an_archive_without_a_shapefile_is_refused_by_what_it_holds(tmp_path, parks):
    inner = packed(tmp_path / "inner.zip", parks).read_bytes()
    assert faults_of(packed(tmp_path / "a.zip", {".zip": inner}))[0][0] == "holds another archive and no shapefile"
    assert faults_of(packed(tmp_path / "b.zip", {".txt": b"x"}))[0][0] == "holds no shapefile"
    (tmp_path / "c.zip").write_bytes(b"PK\x03\x04 nothing")
    assert faults_of(tmp_path / "c.zip")[0][0] == "cannot be read as a zipped shapefile"


def test_names_in_an_archive_lead_nowhere(tmp_path, parks):
    before = set(tmp_path.rglob("*"))
    path = packed(tmp_path / "parks.zip", parks, "../made-parks-UTF-8/evil/../parks")
    assert len(parse_file(path, PARKS).records) == 1
    assert set(tmp_path.rglob("*")) - before == {path}


def test_an_archive_that_unpacks_to_much_is_refused_before_it_is_held(tmp_path, parks, monkeypatch):
    bomb = packed(tmp_path / "a.zip", {**parks, ".shp": parks[".shp"] + bytes(30_000_000)})
    assert bomb.stat().st_size < 100_000
    assert faults_of(bomb)[0][0] == "unpacks to more than 200 times its size"
    monkeypatch.setattr(module, "MAX_UNPACKED_BYTES", 2**20)
    stored = packed(tmp_path / "b.zip", {**parks, ".shp": bytes(2**21)}, compression=zipfile.ZIP_STORED)
    assert faults_of(stored)[0][0] == "unpacks to more than 1 MiB"


def test_an_index_that_names_the_same_shape_many_times_is_refused(tmp_path):
    parts = parts_of(tmp_path, [PARK, {**PARK, "park_id": "P2"}], [SQUARE, SQUARE])
    index = parts[".shx"]
    first = index[100:108]
    offset, length = struct.unpack(">II", first)
    wide = struct.pack(">II", offset, length * 3)
    fewer = packed(tmp_path / "a.zip", {**parts, ".shx": index[:108]})
    longer = packed(tmp_path / "b.zip", {**parts, ".shx": index[:100] + wide * 2})
    for path in (fewer, longer):
        assert faults_of(path)[0][0] == "has an index that does not go with its records"


@pytest.mark.parametrize("prj", [b"", b"nothing", b"\xff\xfe\x00" * 50, b"x" * 70_000])
def test_a_coordinate_system_that_is_none_is_refused(tmp_path, parks, prj):
    path = packed(tmp_path / "parks.zip", {**parks, ".prj": prj})
    assert faults_of(path)[0][0].startswith("has a .prj that is no coordinate system")


@pytest.mark.parametrize("cut", [10, 40, 70, 100, -3])
@pytest.mark.parametrize("ending", [".shp", ".shx", ".dbf"])
def test_a_part_that_was_cut_is_a_fault(tmp_path, parks, ending, cut):
    assert faults_of(packed(tmp_path / "parks.zip", {**parks, ending: parks[ending][:cut]}))


def test_parts_that_are_not_packed_are_told_so(tmp_path, parks):
    for ending, content in parks.items():
        (tmp_path / f"parks{ending}").write_bytes(content)
    (tmp_path / "spaces.json").write_text("[]")
    with pytest.raises(InputError) as caught:
        read_registry(tmp_path)
    told = {(each.file, each.remedy) for each in caught.value.faults}
    assert module.PACK in {remedy for file, remedy in told if file.startswith("parks.")}
    assert faults_of(tmp_path / "parks.shp") == [("has the unknown ending '.shp'", module.PACK)]


def table(fields, records, *, language=0, count=None):
    """A dBASE table: name, type and width of its fields, and its records as bytes."""
    width = 1 + sum(size for _, _, size in fields)
    head = 32 + 32 * len(fields) + 1
    stream = io.BytesIO()
    stream.write(struct.pack("<B3xIHH17xB2x", 3, len(records) if count is None else count, head, width, language))
    for name, kind, size in fields:
        stream.write(struct.pack("<11sc4xB15x", name, kind, size))
    stream.write(b"\r" + b"".join(records))
    return stream.getvalue()


def test_cells_are_what_their_type_says():
    fields = [(b"a", b"C", 6), (b"n", b"N", 6), (b"f", b"F", 6), (b"d", b"D", 8), (b"l", b"L", 1)]
    records = [
        b" " + "坪山".encode("gbk") + b"  " + b"    12" + b"  1.50" + b"20270131" + b"T",
        b" " * 28,
        b"*" + b"x" * 27,
    ]
    records.append(b" " + b"abc\0\0\0" + b"******" + b"  1e9 " + b"00000000" + b"?")
    assert read_dbase(table(fields, records), b"GBK\r\n") == [
        {"a": "坪山", "n": 12, "f": 1.5, "d": date(2027, 1, 31), "l": True},
        dict.fromkeys("anfdl"),
        None,
        {"a": "abc", "n": None, "f": 1e9, "d": None, "l": None},
    ]


@pytest.mark.parametrize(
    ("text", "encoding", "language", "code_page", "read"),
    [
        ("光明区", "utf-8", 0, None, "光明区"),
        ("光明区", "gbk", 0, None, "光明区"),
        ("光明區", "big5", 0x4F, None, "光明區"),
        ("光明区", "gbk", 0x4D, None, "光明区"),
        ("光明区", "gbk", 0, b"CP936", "光明区"),
        ("café", "latin-1", 0, b"ISO-8859-1", "café"),
    ],
)
def test_text_is_read_as_it_was_declared_or_as_it_fits(text, encoding, language, code_page, read):
    spelt = text.encode(encoding)
    made = table([(b"a", b"C", len(spelt))], [b" " + spelt], language=language)
    assert read_dbase(made, code_page) == [{"a": read}]


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_a_sign_that_the_field_cut_in_two_is_dropped(encoding):
    spelt = "深圳市坪山区".encode(encoding)[:9]
    whole = "深圳市" if encoding == "utf-8" else "深圳市坪"
    assert read_dbase(table([(b"a", b"C", 9)], [b" " + spelt]), None) == [{"a": whole}]


@pytest.mark.parametrize(
    ("made", "code_page", "words", "is_limit"),
    [
        (b"x", None, "cannot be read as a zipped shapefile", False),
        (table([(b"a", b"C", 1)], [], count=100_001), None, "has more than 100,000 features", True),
        (table([(b"a%d" % n, b"C", 1) for n in range(501)], []), None, "has more than 500 columns in '.dbf'", True),
        (table([(b"a%d" % n, b"C", 1) for n in range(400)], [], count=90_000), None, "spans more than 5,000,000", True),
        (table([(b"a", b"C", 1)], [b" x"], count=2), None, "ends before its records do", False),
        (table([(b"a", b"C", 1), (b"A", b"C", 1)], [b" xy"]), None, "has two fields of one name", False),
        (table([(b"a", b"C", 2)], [b" \xff\xff"]), None, "is neither UTF-8 nor GB18030", False),
        (table([(b"a", b"C", 2)], [b" \xff\xff"]), b"UTF-8", "in another encoding than", False),
        (table([(b"a", b"C", 1)], [b" x"]), b"zlib", "declares the unknown encoding 'zlib'", False),
    ],
)
def test_a_table_that_cannot_be_read_or_holds_too_much_is_refused(made, code_page, words, is_limit):
    with pytest.raises(DbaseError, match=words) as caught:
        read_dbase(made, code_page)
    assert caught.value.is_limit == is_limit
    assert chinese(str(caught.value)) != str(caught.value)
