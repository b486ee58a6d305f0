from datetime import date

import pytest

from allocator.domain import vocabulary
from seeds.load import labels, load_districts, plan_from

ENUMS = {
    "segment": vocabulary.Segment,
    "function": vocabulary.Function,
    "kind": vocabulary.SpaceKind,
    "tier": vocabulary.Tier,
    "utility": vocabulary.Utility,
    "hazard": vocabulary.Hazard,
    "tenure": vocabulary.Tenure,
    "platform_kind": vocabulary.PlatformKind,
    "eia_level": vocabulary.EiaLevel,
    "link_kind": vocabulary.LinkKind,
    "permission": vocabulary.Permission,
    "side": vocabulary.Side,
    "stage": vocabulary.Stage,
    "basis": vocabulary.Basis,
}


@pytest.mark.parametrize(("name", "enum"), ENUMS.items())
def test_every_code_has_a_label_and_every_label_a_code(name, enum):
    assert list(labels()[name]) == [code.value for code in enum]


def test_labels_are_given_in_both_languages_and_differ_within_a_vocabulary():
    for name, codes in labels().items():
        for language in ("zh", "en"):
            texts = [label[language] for label in codes.values()]
            assert all(texts), name
            assert len(set(texts)) == len(texts), name
        assert all(set(label) == {"zh", "en"} for label in codes.values()), name


def test_no_vocabulary_lacks_an_enum():
    assert set(labels()) == {*ENUMS, "role"}


def test_every_district_has_a_named_role():
    districts = load_districts(date.fromisoformat(f"{plan_from()}-01"))
    assert set(labels()["role"]) == {district.adcode for district in districts}
    for district in districts:
        assert district.role_zh.startswith(labels()["role"][district.adcode]["zh"])
        assert district.role_en.startswith(labels()["role"][district.adcode]["en"])
