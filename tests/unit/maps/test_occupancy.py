from maps.payload.occupancy import Hold, fullest


def test_an_empty_space_is_fullest_at_the_start():
    assert fullest([], 100).held_m2 == 0
    assert fullest([], 100).month == 100


def test_a_tenant_who_left_before_the_start_does_not_count():
    assert fullest([Hold(500, 0, 100, planned=False)], 100).held_m2 == 0


def test_floor_that_changes_hands_is_not_counted_twice():
    peak = fullest([Hold(500, 0, 110, planned=False), Hold(400, 110, 200, planned=True)], 100)
    assert (peak.month, peak.occupied_m2, peak.allocated_m2) == (100, 500, 0)


def test_the_first_of_equal_peaks_is_told():
    peak = fullest([Hold(300, 105, 110, planned=True), Hold(300, 120, 130, planned=True)], 100)
    assert (peak.month, peak.allocated_m2) == (105, 300)


def test_tenants_and_plan_add_up_where_they_overlap():
    peak = fullest([Hold(300, 0, 120, planned=False), Hold(200, 110, 150, planned=True)], 100)
    assert (peak.month, peak.occupied_m2, peak.allocated_m2, peak.held_m2) == (110, 300, 200, 500)
