"""Upload a table on the pages and fill its form in as a browser does."""

import re

SELECTED = re.compile(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', re.DOTALL)


OPTION = re.compile(r'<option value="([^"]*)"( selected)?>')


INPUT = re.compile(r'<input[^>]*name="([^"]+)" type="text"[^>]*value="([^"]*)"')


SPELT = re.compile(r'<input type="hidden" name="(spelt-[^"]+)" value="([^"]*)">')


def as_filled(page):
    """The form of the page as it would be sent without touching anything."""
    fields = {}
    for name, options in SELECTED.findall(page):
        found = OPTION.findall(options)
        chosen = next((value for value, mark in found if mark), found[0][0])
        fields.setdefault(name, []).append(chosen)
    for name, value in SPELT.findall(page):
        fields.setdefault(name, []).append(value)
    for name, value in INPUT.findall(page):
        fields[name] = [value]
    return fields


def uploaded(person, content, name="需求表.xlsx", **fields):
    page = person.get("/upload").text
    kind = "application/octet-stream"
    return person.send("/upload", fields, page, files={"file": (name, content, kind)})
