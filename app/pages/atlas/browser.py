"""Which of the browser's own functions answer to which control; none of them asks the server."""

from __future__ import annotations

from dash import ClientsideFunction, Dash, Input, Output

from app.components import atlas_ids as ids


def register(app: Dash) -> None:
    """Tie the controls of the map to `assets/atlas*.js`."""
    app.clientside_callback(ClientsideFunction("atlas", "mount"), Output(ids.READY, "data"), Input(ids.START, "data"))
    for name, source in (("colour", ids.COLOUR), ("size", ids.SIZE), ("opacity", ids.OPACITY), ("find", ids.SEARCH)):
        app.clientside_callback(ClientsideFunction("atlas", name), Input(source, "value"), prevent_initial_call=True)
    app.clientside_callback(ClientsideFunction("atlas", "card_here"), Input(ids.CARD, "children"),
                            prevent_initial_call=True)
    app.clientside_callback(ClientsideFunction("atlas", "command"), Input(ids.COMMAND, "data"),
                            prevent_initial_call=True)
