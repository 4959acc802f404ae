"""What a person sees when a callback fails: a sentence, and never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from dash import Input, Output

from app import errors, ids
from app.factory import create_app
from engine.errors import GeneweaveError

SECRET = "the inside of a function"


def ask(client, output: str, inputs: list[dict]) -> dict:
    """Send what the browser sends for one callback."""
    names = [{"id": part.rsplit(".", 1)[0], "property": part.rsplit(".", 1)[1]}
             for part in output.strip(".").split("...")]  # fmt: skip
    changed = [f"{part['id']}.{part['property']}" for part in inputs]
    body = {"output": output, "outputs": names if "..." in output else names[0], "inputs": inputs,
            "changedPropIds": changed, "state": []}  # fmt: skip
    return client.post("/_dash-update-component", json=body)


@pytest.fixture
def failing(services):
    """An app with two callbacks that fail: one as expected, one not."""
    app = create_app(services)

    @app.callback(Output("a", "children"), Input("a", "title"))
    def expected(_):
        raise GeneweaveError("'ACE3' is not in this study. Closest: ACE.")

    @app.callback(Output("b", "children"), Input("b", "title"))
    def unexpected(_):
        raise ValueError(SECRET)

    return app.server.test_client()


def notes(reply) -> str:
    return reply.json["sideUpdate"][ids.NOTES]["sendNotifications"][0]["message"]


def test_an_expected_failure_is_shown_in_its_own_words(failing):
    reply = ask(failing, "a.children", [{"id": "a", "property": "title", "value": 1}])
    assert notes(reply) == "'ACE3' is not in this study. Closest: ACE."


def test_an_unexpected_failure_is_a_plain_sentence_and_its_traceback_is_in_the_log(failing, services):
    reply = ask(failing, "b.children", [{"id": "b", "property": "title", "value": 1}])
    assert "nothing was lost" in notes(reply) and SECRET not in reply.text and "Traceback" not in reply.text
    log = (Path(services.settings.home) / "logs" / "web.log").read_text()
    assert SECRET in log and "Traceback" in log


def test_a_page_that_cannot_be_built_is_replaced_by_a_page_that_says_so(services):
    client = create_app(services).server.test_client()
    route = {"pathname": "/quality", "search": "?map=embedding-nothing", "study": "", "n": 0}
    output = f"..{ids.MAIN}.children...{ids.TITLE}.data.."
    reply = ask(client, output, [{"id": ids.ROUTE, "property": "data", "value": route}])
    assert reply.status_code == 200 and "There is no such map" in reply.text and "Traceback" not in reply.text


def test_a_sentence_of_ours_is_kept_and_any_other_is_not_shown():
    assert errors.sentence(GeneweaveError("Too few genes.")) == "Too few genes."
    assert SECRET not in errors.sentence(ValueError(SECRET), "drawing")


def test_an_address_outside_the_app_gets_the_page_and_not_a_server_error(services):
    assert create_app(services).server.test_client().get("/no/such/page").status_code == 200
