"""What is wrong with a file: each problem with what to do, a button where it can be mended, and what was mended."""

from __future__ import annotations

from typing import Any

from dash import html

from app.components.page_header import icon
from app.words import plural, thin
from engine.files import DataFile
from engine.io.report import FIXES, SEVERITIES, Problem, Report

ACT = "file-act"
LOOKS = {"error": ("Error", "cross", "gw-tag-bad"), "warning": ("Warning", "warning", "file-tag-warn"),
         "note": ("Note", "help", "gw-tag-live")}  # fmt: skip
DONE = "done"  # code of the notes that say what reading the file did by itself
UNCHANGED = "The uploaded file itself is never changed."


def problems_card(file: DataFile, report: Report) -> html.Section:
    """Problems, the worst first; beneath them the mends that are applied."""
    told = [problem for problem in report.problems if problem.code != DONE]
    listed = sorted(told, key=lambda problem: SEVERITIES.index(problem.severity))
    found = [_problem(problem, i, file) for i, problem in enumerate(listed)]
    nothing = html.P([icon("check"), "Nothing is wrong with this file."], className="file-fine")
    many = len(fixable(report, file)) > 1
    all_ = [_button("Mend all that can be mended", "mend-all", "", "wand", "gw-button")] if many else []
    return html.Section([
        html.Div([html.H2("Problems"), html.Span(_count(report), className="gw-muted gw-small")],
                 className="gw-spread"),
        html.Ul(found, className="file-problems") if found else nothing,
        *([html.Div(all_, className="gw-row file-all")] if all_ else []),
        *_applied(file, report), *_done(report), *_turn(file, report),
        html.P(UNCHANGED, className="gw-muted gw-small file-unchanged"),
    ], className="gw-card", **{"aria-label": "Problems"})


def act_id(what: Any, fix: Any, place: Any = 0) -> dict[str, Any]:
    """Id of a button; `place` tells two buttons of the same mend apart."""
    return {"type": ACT, "do": what, "fix": fix, "place": place}


def fixable(report: Report | None, file: DataFile) -> tuple[str, ...]:
    """Keys of the fixes that problems name and that are not chosen yet, in the order of `FIXES`."""
    wanted = {problem.fix for problem in report.problems} if report else set()
    return tuple(key for key in FIXES if key in wanted and key not in file.fixes)


def with_mends(file: DataFile, report: Report | None, what: str, fix: str) -> tuple[str, ...]:
    """The fixes of a file after a button: mend, mend-all, undo, or check, which changes none."""
    if what == "mend":
        return tuple(dict.fromkeys((*file.fixes, fix)))
    if what == "mend-all":
        return (*file.fixes, *fixable(report, file))
    if what == "undo":
        return tuple(key for key in file.fixes if key != fix)
    return file.fixes


def _problem(problem: Problem, place: int, file: DataFile) -> html.Li:
    where = [html.Span(problem.where, className="gw-muted gw-small file-where")] if problem.where else []
    can = problem.fix in FIXES and problem.fix not in file.fixes
    button = [_button(FIXES[problem.fix], "mend", problem.fix, "wand", "gw-button-quiet", place)] if can else []
    word, drawing, tone = LOOKS[problem.severity]
    tag = html.Span([icon(drawing), word], className=f"gw-tag {tone}")
    said = [html.P(thin(problem.what), className="file-what"),
            html.P(thin(problem.mend), className="gw-muted gw-small")]
    return html.Li([html.Div([tag, *where], className="gw-row"), *said, *button], className="file-problem")


def _applied(file: DataFile, report: Report) -> list:
    if not file.fixes:
        return []
    rows = [html.Li([html.Span([icon("check" if key in report.fixes else "clock"), FIXES.get(key, key)]),
                     html.Span("" if key in report.fixes else "not applied yet", className="gw-muted gw-small"),
                     _button("Undo", "undo", key, "", "gw-button-small", about=FIXES.get(key, key))],
                    className="file-mend") for key in file.fixes]  # fmt: skip
    return [html.H3("Mended", className="file-sub"), html.Ul(rows, className="file-mends")]


def _done(report: Report) -> list:
    done = [html.Li(thin(problem.what)) for problem in report.problems if problem.code == DONE]
    return [html.H3("Done while reading", className="file-sub"), html.Ul(done, className="file-done")] if done else []


def _turn(file: DataFile, report: Report) -> list:
    """The way to turn the matrix where names do not tell which side the genes are on."""
    if not report.n_genes or report.identifiers != "unknown" or "transpose" in (*file.fixes, *fixable(report, file)):
        return []
    return [html.P("Are the genes on the other side?", className="gw-small file-sub"),
            _button(FIXES["transpose"], "mend", "transpose", "", "gw-button-small")]  # fmt: skip


def _button(word: str, what: str, fix: str, drawing: str, look: str, place: int = 0, about: str = "") -> html.Button:
    name = {"aria-label": f"{word}: {about}"} if about else {}
    return html.Button([*([icon(drawing)] if drawing else []), word], type="button", className=look, **name,
                       id=act_id(what, fix, place))  # fmt: skip


def _count(report: Report) -> str:
    told = [problem.severity for problem in report.problems if problem.code != DONE]
    found = [(severity, told.count(severity)) for severity in SEVERITIES]
    return ", ".join(plural(n, severity) for severity, n in found if n)
