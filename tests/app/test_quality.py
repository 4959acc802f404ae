"""The Quality page: values beside their nulls, and honest verdicts."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from app.components.measures import measures_csv, table_of, verdict, verdict_of
from app.figures.metrics import beaten_by, metric_strip
from app.pages import quality
from engine.errors import UnknownName
from tests.app.made_up_map import measures, write_map
from tests.app.reading import find, links, parts, words

BY_NAME = {metric["name"]: metric for metric in measures()}


def test_without_a_map_or_a_score_the_page_says_what_it_will_show_and_leads_on(services):
    page = quality.layout(services)
    said = words(page)
    assert "No map to judge yet" in said and "/studies" in links(page)
    assert "No comparison yet" in said and "whether random vectors do as well" in said
    buttons = [part for part in parts(page) if getattr(part, "className", "") == "gw-button"]
    assert [words(button) for button in buttons] == ["Run what is missing"]


def test_the_page_shows_values_sizes_time_memory_and_origin(with_map):
    services, map_id = with_map
    said = words(quality.layout(services, map=map_id))
    for word in ("0.402", "Neighbour overlap", "Myeloid", "CPU, 2 threads", "900 MB", "python -m engine embed", map_id):
        assert word in said


def test_an_unknown_map_is_answered_with_a_sentence(with_map):
    with pytest.raises(UnknownName, match="There is no map 'embedding-zzz'"):
        quality.layout(with_map[0], map="embedding-zzz")


def test_the_newest_map_of_the_study_is_shown_first(services):
    now = datetime.now(UTC)
    write_map(services.store, seed=1, created=now - timedelta(days=1))
    newest = write_map(services.store, seed=2, created=now)
    write_map(services.store, study="other", seed=3, created=now + timedelta(seconds=1))
    assert find(quality.layout(services, study="pbmc68k-lineages"), "quality-map").data == newest


def test_a_measure_that_loses_to_a_null_says_so():
    assert verdict_of(BY_NAME["edge_auc"]) == "Does not beat product of degrees and |Pearson| of the input"
    assert verdict_of(BY_NAME["overlap"]) == "Beats all its nulls"


def test_where_less_is_better_less_wins():
    assert beaten_by(BY_NAME["separation"]) == []
    assert beaten_by(BY_NAME["separation"] | {"value": 0.4}) == ["untrained network"]


def test_a_tie_is_not_a_win():
    assert beaten_by(BY_NAME["overlap"] | {"value": 0.33}) == ["untrained network"]


def test_the_header_counts_the_measures_that_win_and_against_whom():
    told = "measures the map does better than anything that knows nothing of the cells"
    assert verdict(measures()) == f"On 2 of 3 {told}."
    seen = BY_NAME["overlap"] | {"nulls": {"random vectors": 0.1, "Pearson of the input": 0.9}}
    assert verdict([seen, seen]) == f"On 2 of 2 {told}, and on none better than their plain correlation too."


def test_the_strip_holds_the_value_filled_and_every_known_null_hollow():
    figure = metric_strip(BY_NAME["overlap"])
    nulls, value = figure.data
    assert list(nulls.x) == [0.311, 0.32, 0.33] and all(mark.endswith("-open") for mark in nulls.marker.symbol)
    assert list(value.x) == [0.402] and value.marker.symbol == "circle"


@pytest.mark.parametrize(("name", "text"), [("overlap", "better →"), ("separation", "← better")])
def test_the_strip_marks_its_better_end(name, text):
    assert [note.text for note in metric_strip(BY_NAME[name]).layout.annotations] == [text]


def test_the_csv_holds_every_number_at_full_precision_and_gaps_as_gaps():
    rows = list(csv.DictReader(io.StringIO(measures_csv(measures()))))
    assert rows[0]["this map"] == "0.402" and rows[0]["product of degrees"] == ""
    assert [row["measure"] for row in rows] == [metric["label"] for metric in measures()]


def test_a_null_that_only_some_measures_have_gets_a_column():
    names, rows = table_of([BY_NAME["overlap"], BY_NAME["edge_auc"] | {"nulls": {"something new": 0.1}}])
    assert names[-1] == "something new" and rows[0][-1] is None and rows[1][-1] == 0.1
