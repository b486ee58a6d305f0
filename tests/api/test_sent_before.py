"""What came before a batch, mappings that are kept, and databases of the release before them."""

from sqlalchemy import text

from service.database.engine import open_engine
from service.database.migrate import current, head, migrate
from tests.support.api_client import a_project, as_csv
from tests.support.dumps import brought


def stored(desk, rows, person="ada", **params):
    answer = desk.ask(
        person, "POST", "batches", content=as_csv(rows), headers={"Content-Type": "text/csv"}, params=params
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_the_answer_names_batches_of_the_very_same_file_and_firms_that_are_open(fresh):
    first = stored(fresh, [a_project("A-1", enterprise="甲医疗（深圳）")], name="autumn")
    assert first["sent_before"] == {"batches": [], "enquiries": []}
    again = stored(fresh, [a_project("A-1", enterprise="甲医疗（深圳）")], replace="true")
    assert [each["batch_id"] for each in again["sent_before"]["batches"]] == [first["batch_id"]]
    (enquiry,) = again["sent_before"]["enquiries"]
    assert (enquiry["project_id"], enquiry["batch_name"], enquiry["same_needs"]) == ("A-1", "autumn", True)
    other = stored(fresh, [a_project("B-7", enterprise="甲医疗 (深圳)", floor_area_m2=4321)])
    assert other["sent_before"]["batches"] == []
    (enquiry,) = other["sent_before"]["enquiries"]
    assert (enquiry["project_id"], enquiry["batch_id"], enquiry["same_needs"]) == ("A-1", again["batch_id"], False)
    assert stored(fresh, [a_project("C-1", enterprise="乙医疗")])["sent_before"]["enquiries"] == []


def test_another_project_of_the_firm_is_no_repeat(fresh):
    stored(fresh, [a_project("A-1", enterprise="甲医疗", name_zh="一期")])
    second = stored(fresh, [a_project("A-2", enterprise="甲医疗", name_zh="二期")])
    assert second["sent_before"]["enquiries"] == []


def test_a_district_hears_nothing_of_what_others_sent(fresh):
    stored(fresh, [a_project("N-1", enterprise="甲医疗")], "ned")
    assert stored(fresh, [a_project("P-1", enterprise="甲医疗")], "pam")["sent_before"]["enquiries"] == []


def test_a_database_of_the_release_before_keeps_its_drafts_and_gets_the_new_table(server):
    engine = open_engine(brought(server, "0004"), pool_size=1)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO allocator.draft (draft_id, person, file_name, name, content)"
                " VALUES ('draft-0123456789ab', 'ada', 'a.csv', '', 'x')"
            )
        )
    assert current(engine) == "0004"
    assert migrate(engine) == head() != "0004"
    with engine.connect() as connection:
        assert connection.execute(text("SELECT person FROM allocator.draft")).scalar_one() == "ada"
        assert connection.execute(text("SELECT count(*) FROM allocator.saved_mapping")).scalar_one() == 0
        guarded = text("SELECT relrowsecurity FROM pg_class WHERE oid = 'allocator.saved_mapping'::regclass")
        assert connection.execute(guarded).scalar_one() is True
    engine.dispose()
