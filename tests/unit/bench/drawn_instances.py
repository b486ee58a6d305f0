"""Small drawn instances as files, and their optimum by trying every assignment."""

import gzip
import json
import random
from itertools import product

from allocator.benchmarks.instance import Family

SEEDS = range(8)


def gap_text(seed):
    draw = random.Random(seed)
    agents, jobs = draw.randint(2, 3), draw.randint(3, 6)
    costs = [[draw.randint(1, 30) for _ in range(jobs)] for _ in range(agents)]
    uses = [[draw.randint(1, 12) for _ in range(jobs)] for _ in range(agents)]
    room = [draw.randint(10, 30) for _ in range(agents)]
    return lines([[agents, jobs], *costs, *uses, room])


def sscflp_text(seed):
    draw = random.Random(seed)
    facilities, customers = draw.randint(2, 3), draw.randint(3, 6)
    room = [draw.randint(12, 30) for _ in range(facilities)]
    opening = [draw.choice([0, 15, 40]) for _ in range(facilities)]
    demands = [draw.randint(1, 9) for _ in range(customers)]
    costs = [[f"{draw.randint(1, 300) / 10:.6f}" for _ in range(facilities)] for _ in range(customers)]
    return lines([[facilities, customers], room, opening, demands, *costs])


def city_text(seed):
    draw = random.Random(seed)
    spaces = [{"id": f"s{n}", "capacity": draw.randint(5, 15)} for n in range(draw.randint(2, 3))]
    projects, number = [], 0
    for project in range(draw.randint(2, 4)):
        components = []
        for _ in range(draw.randint(1, 2)):
            offered = draw.sample([space["id"] for space in spaces], draw.randint(1, len(spaces)))
            options = [[space, draw.randint(0, 40)] for space in offered]
            components.append({"id": f"c{number}", "uses": draw.randint(1, 10), "options": options})
            number += 1
        projects.append({"id": f"p{project}", "components": components})
    return json.dumps({"name": f"drawn-{seed}", "sense": "max", "spaces": spaces, "projects": projects})


TEXTS = {Family.GAP: gap_text, Family.SSCFLP: sscflp_text, Family.CITY: city_text}


def write(folder, family, seed):
    """The drawn instance as a file."""
    path = folder / f"{family.value}-{seed}{'.json.gz' if family is Family.CITY else ''}"
    text = TEXTS[family](seed).encode()
    path.write_bytes(gzip.compress(text) if family is Family.CITY else text)
    return path


def lines(rows):
    return "\n".join(" ".join(map(str, row)) for row in rows) + "\n"


def every_assignment(instance):
    """Each way to give every item one of its places, or none."""
    offered = [[None] for _ in instance.items]
    for item, place in zip(instance.pairs.items.tolist(), instance.pairs.places.tolist(), strict=True):
        offered[item].append(instance.label(place))
    for places in product(*offered):
        yield {item: place for item, place in zip(instance.items, places, strict=True) if place is not None}
