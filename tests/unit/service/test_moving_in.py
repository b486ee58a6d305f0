import threading

from service.exports.replace_outputs import replace_outputs

KNOWN = ("plan.json", "dossiers.json", "map.html")


def _run(folder, name, files, turns):
    """One run after another writes its files elsewhere and moves them in."""
    for turn in range(turns):
        fresh = folder / f".new-{name}-{turn}"
        fresh.mkdir()
        made = [fresh / file for file in files]
        for path in made:
            path.write_text(name)
        replace_outputs(made, folder, KNOWN)
        fresh.rmdir()


def test_what_an_earlier_run_left_goes_and_other_files_stay(tmp_path):
    (tmp_path / "map.html").write_text("old")
    (tmp_path / "notes.txt").write_text("mine")
    _run(tmp_path, "new", ["plan.json"], 1)
    assert {path.name for path in tmp_path.iterdir()} == {"plan.json", "notes.txt"}


def test_runs_side_by_side_never_mix_their_files(tmp_path):
    runs = [threading.Thread(target=_run, args=(tmp_path, name, KNOWN, 40)) for name in ("first", "second")]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert len({(tmp_path / name).read_text() for name in KNOWN}) == 1
