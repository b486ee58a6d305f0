"""What people of one district are told of a plan says nothing of others' projects and firms, however it is said."""

from service.api.masking import HIDDEN, foreign_names
from service.api.masking import _without as without
from tests.small import component, problem, project


def test_names_are_hidden_in_texts_keys_lists_and_holders_and_nothing_else_is():
    alpha = project("P1", component("a", "P1"), enterprise="Alpha")
    two = problem([alpha, project("P10", component("a", "P10"), enterprise="Beta")])
    foreign = foreign_names(two, {"P10"})
    told = {
        "P1": 3,
        "where": "P1/a|P10/a@S1",
        "sentence": "Alpha holds it, Beta asks for it",
        "moves": [{"component": "P1/a", "from_space": "S1"}],
        "holder": {"project_id": "P1", "component_id": "a", "value": 9, "occupant": "", "floor_area_m2": 5},
        "mine": {"project_id": "P10", "component_id": "a", "value": 9, "occupant": "", "floor_area_m2": 5},
    }
    assert without(told, foreign) == {
        HIDDEN: 3,
        "where": f"{HIDDEN}/a|P10/a@S1",
        "sentence": f"{HIDDEN} holds it, Beta asks for it",
        "moves": [{"component": f"{HIDDEN}/a", "from_space": "S1"}],
        "holder": {"project_id": HIDDEN, "component_id": HIDDEN, "value": 0, "occupant": "", "floor_area_m2": 5},
        "mine": told["mine"],
    }
    assert foreign_names(two, {"P1", "P10"}) is None
