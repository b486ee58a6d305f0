"""Small files that ask for much: each is a few kilobytes, or cheap to send, and was once gigabytes or hours to read."""

import io
import json
import sqlite3
import tempfile
import zipfile
from pathlib import Path

import geopandas as gpd
from openpyxl import Workbook
from shapely.geometry import Point

from tests.support.workbooks import ods, ods_cell, ods_row, xlsb

SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}</worksheet>'
ENDLESS = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
    " SELECT i AS fid, NULL AS geom, 'a' AS project_id FROM n"
)


def xlsx(rows, **parts):
    """A workbook with the rows of a sheet in XML; further parts by the last word of their name."""
    stream, book = io.BytesIO(), io.BytesIO()
    Workbook().save(stream)
    own = {"sheet1": SHEET.format(f"<sheetData>{rows}</sheetData>"), **parts}
    with zipfile.ZipFile(stream) as old, zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            given = own.pop(Path(name).stem, None)
            content = old.read(name) if given is None else given.encode()
            if name.endswith("Types].xml") and "sharedStrings" in parts:
                kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
                told = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
                content = content.replace(b"</Types>", told.encode())
            if name.endswith("workbook.xml.rels") and "sharedStrings" in parts:
                kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
                told = f'<Relationship Id="s" Type="{kind}" Target="sharedStrings.xml"/></Relationships>'
                content = content.replace(b"</Relationships>", told.encode())
            new.writestr(name, content)
        for name, content in own.items():
            new.writestr(f"xl/{name}.xml", content)
    return book.getvalue()


def shared_text(length, uses):
    """One text that many cells share."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    cells = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, uses + 1))
    return xlsx(cells, sharedStrings=f'<sst xmlns="{space}"><si><t>{"x" * length}</t></si></sst>')


def far_cell(name):
    """Two cells far from each other."""
    row = name.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return xlsx(f'<row r="1"><c r="A1"><v>1</v></c></row><row r="{row}"><c r="{name}"><v>1</v></c></row>')


def many_styles(count):
    """A workbook of many cell formats."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    formats = '<xf numFmtId="0"/>' * count
    return xlsx("", styles=f'<styleSheet xmlns="{space}"><cellXfs>{formats}</cellXfs></styleSheet>')


def many_merges(count):
    """A sheet of many merged ranges."""
    merged = "".join(f'<mergeCell ref="A{row}:B{row}"/>' for row in range(1, count + 1))
    return xlsx("", sheet1=SHEET.format(f"<sheetData/><mergeCells>{merged}</mergeCells>"))


def many_sheets(count):
    """A workbook that names one sheet many times."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    named = "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="rId1"/>' for n in range(1, count + 1))
    return xlsx("", workbook=f'<workbook xmlns="{space}" xmlns:r="{relations}"><sheets>{named}</sheets></workbook>')


def repeated_text(length, times):
    """A text in so many repeated cells of OpenDocument."""
    repeated = f'table:number-rows-repeated="{times}"'
    return ods({"a": ods_row([ods_cell("x" * length)], repeated)})


def repeated_blanks(count):
    """A cell of so many blanks in OpenDocument, told by their number."""
    text = f'<text:p>a<text:s text:c="{count}"/></text:p>'
    return ods({"a": ods_row([f'<table:table-cell office:value-type="string">{text}</table:table-cell>'])})


def long_texts_in_xlsb(length):
    """A long text in binary records."""
    return xlsb({0: {0: "x" * length}})


def geopackage(change):
    """A GeoPackage of projects, changed by statements of SQL."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.gpkg"
        frame = gpd.GeoDataFrame({"project_id": ["a"]}, geometry=[Point(114, 22)], crs="EPSG:4490")
        frame.to_file(path, layer="projects", driver="GPKG")
        connection = sqlite3.connect(path)
        connection.create_function("ST_IsEmpty", 1, lambda _: 0)
        for statement in change:
            connection.execute(statement)
        connection.commit()
        connection.close()
        return path.read_bytes()


def endless_view():
    """A layer that is a view without end."""
    return geopackage(["DROP TABLE projects", f"CREATE VIEW projects AS {ENDLESS}"])


def endless_contents():
    """A table of contents that is a view without end."""
    rows = ENDLESS.replace(
        "i AS fid, NULL AS geom, 'a' AS project_id", "'l' || i AS table_name, 'features' AS data_type"
    )
    return geopackage(["DROP TABLE gpkg_contents", f"CREATE VIEW gpkg_contents AS {rows}"])


def view_beside(name):
    """A view without end under a name that GDAL looks at."""
    return geopackage([f"DROP TABLE IF EXISTS {name}", f"CREATE VIEW {name} AS {ENDLESS}"])


def virtual_table():
    """A layer that is a virtual table."""
    return geopackage(["DROP TABLE projects", "CREATE VIRTUAL TABLE projects USING rtree(fid, a, b)"])


def computed_column():
    """A layer with a column that is computed when it is read."""
    return geopackage(["ALTER TABLE projects ADD COLUMN enterprise TEXT AS (hex(zeroblob(100000000)))"])


def vertices(count):
    """A GeoJSON line of so many vertices."""
    line = [[114 + number / 1e7, 22] for number in range(count)]
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": line}}
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()


def records(text, count):
    """A JSON list of a record that is repeated."""
    return b"[" + b",".join([text.encode()] * count) + b"]"
