"""Records of a park and a space that a registry gets during a test."""

from tests.support.api_client import NANSHAN


def new_park():
    place = {"lon": 113.93, "lat": 22.53, "district": NANSHAN}
    return {"park_id": "new-park", "name_zh": "新园区", "name_en": "New park", "specialities": ["imaging"], **place}


def new_space():
    return {
        "space_id": "new-lab",
        "park_id": "new-park",
        "kind": "rnd_lab",
        "floor_area_m2": 5000,
        "rent_yuan_m2_month": 10,
        "eia_level": "report",
    }
