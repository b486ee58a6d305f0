"""Screens, and the boxes of what a map draws, to test for overlaps."""

SCREENS = [(1440, 900), (1366, 768), (1920, 1080), (390, 844)]


BOXES = """selectors => selectors.flatMap(selector => [...document.querySelectorAll(selector)].map(node => {
    const box = node.getBoundingClientRect();
    return [node.getAttribute("aria-label") || node.textContent, box.left, box.top, box.right, box.bottom];
}))"""


RINGS = ".leaflet-rings-pane .leaflet-marker-icon"


def boxes(page, *selectors):
    return page.evaluate(BOXES, list(selectors))


def crossing(first, second):
    return first[1] < second[3] and second[1] < first[3] and first[2] < second[4] and second[2] < first[4]


def overlaps(found):
    return [(a[0], b[0]) for place, a in enumerate(found) for b in found[place + 1 :] if crossing(a, b)]


def rows(page):
    return page.locator("#list .row")
