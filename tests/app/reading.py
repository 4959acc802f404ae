"""Reads components as a person would: their words, and the components of one kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dash.development.base_component import Component


def parts(component: Any) -> Iterator[Any]:
    """A component and all that is in it, with the words between."""
    if isinstance(component, (list, tuple)):
        for child in component:
            yield from parts(child)
    elif component is not None:
        yield component
        yield from parts(getattr(component, "children", None))


def words(component: Any) -> str:
    """All text, in order."""
    return " ".join(str(part) for part in parts(component) if not isinstance(part, Component))


def links(component: Any) -> list[str]:
    """Addresses that it leads to."""
    return [part.href for part in parts(component) if getattr(part, "href", None)]


def find(component: Any, component_id: Any) -> Any:
    """The one component with that id."""
    found = [part for part in parts(component) if getattr(part, "id", None) == component_id]
    assert len(found) == 1, f"{len(found)} components with id {component_id}"
    return found[0]
