"""The addresses behind the map: columns, similarity, table, figure; unknown names in sentences."""

import base64
import io
import json

import numpy as np
import pandas as pd
import pytest
from flask import Flask

from app import maps
from app.api import add_routes
from tests.app.fake_map import write_fake_map


@pytest.fixture
def mapped(services):
    return services, write_fake_map(services.store, 300)


@pytest.fixture
def client(mapped):
    server = Flask("test")
    add_routes(server, mapped[0])
    return server.test_client()


def numbers(sent: dict) -> np.ndarray:
    return np.frombuffer(base64.b64decode(sent["data"]), np.dtype(sent["type"]))


def test_columns_come_as_compact_arrays_equal_to_the_map(client, mapped):
    services, name = mapped
    answer = client.get(f"/api/map/{name}/points")
    sent, obs = json.loads(answer.data), maps.embedding(services.store, name).obs
    assert [sent["names"][code] for code in numbers(sent["gene"])] == obs["gene"].tolist()
    columns = {column["name"]: column for column in sent["columns"]}
    cluster = columns["cluster"]
    assert [cluster["levels"][code] for code in numbers(cluster["codes"])] == obs["cluster"].astype(str).tolist()
    np.testing.assert_array_equal(numbers(columns["mean"]["values"]), obs["mean"].to_numpy(np.float32))


def test_columns_are_kept_by_the_browser_and_answered_with_not_modified(client, mapped):
    first = client.get(f"/api/map/{mapped[1]}/points")
    assert "immutable" in first.headers["Cache-Control"]
    again = client.get(f"/api/map/{mapped[1]}/points", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_similarity_is_the_mean_cosine_with_the_rows_of_the_gene(client, mapped):
    services, name = mapped
    embedding = maps.embedding(services.store, name)
    sent = np.frombuffer(client.get(f"/api/map/{name}/similarity/cd3d").data, "<f4")
    unit = embedding.vectors / np.linalg.norm(embedding.vectors, axis=1, keepdims=True)
    expected = (unit @ unit[embedding.genes == "CD3D"].T).mean(axis=1)
    np.testing.assert_allclose(sent, expected, atol=1e-5)


@pytest.mark.parametrize(("ending", "separator"), [("csv", ","), ("tsv", "\t")])
def test_the_table_has_every_row_or_those_of_the_selection(client, mapped, ending, separator):
    whole = pd.read_csv(io.BytesIO(client.get(f"/api/map/{mapped[1]}/table.{ending}").data), sep=separator)
    assert len(whole) == 300
    part = client.get(f"/api/map/{mapped[1]}/table.{ending}?select=genes:CD3D,LYZ")
    assert set(pd.read_csv(io.BytesIO(part.data), sep=separator)["gene"]) == {"CD3D", "LYZ"}
    assert f"selection.{ending}" in part.headers["Content-Disposition"]


def test_the_figure_honours_colour_hidden_levels_and_selection(client, mapped):
    answer = client.get(f"/api/map/{mapped[1]}/figure?colour=dataset&hide=dataset:B&select=cluster:1&width=321")
    figure = json.loads(answer.data)
    names = {trace["name"].split(" (")[0] for trace in figure["data"] if "name" in trace}
    assert names == {"Myeloid", "T and NK"} and figure["layout"]["width"] == 321
    assert len({trace["marker"]["opacity"] for trace in figure["data"] if "name" not in trace}) == 2


@pytest.mark.parametrize(("address", "words"), [
    ("embedding-nope/points", "There is no map 'embedding-nope'"),
    ("{name}/similarity/CD3Q", "Closest: CD3"),
    ("{name}/genes/nope", "There is no gene set 'nope'"),
    ("{name}/table.xlsx", "csv or tsv, found 'xlsx'"),
    ("{name}/table.csv?select=what", "draw a new one"),
])  # fmt: skip
def test_what_is_not_there_is_answered_with_a_sentence(client, mapped, address, words):
    answer = client.get("/api/map/" + address.format(name=mapped[1]))
    assert answer.status_code == 404
    assert words in answer.get_data(as_text=True)
