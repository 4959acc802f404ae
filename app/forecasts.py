"""What maps will take on this machine, as the pages tell it; the timing of the machine is asked for when needed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from app.words import listing
from engine.calibration import roughly
from engine.calibration.costs import Calibration
from engine.calibration.forecast import Forecast, forecast
from engine.calibration.kept import kept, machine_key
from engine.calibration.sizes import study_sizes
from engine.errors import GeneweaveError
from engine.jobs.submit import CALIBRATE, submit_calibration
from engine.params import EmbedParams
from engine.profiles import PRESETS

if TYPE_CHECKING:
    from app.services import Services
    from engine.types import Study

NOT_YET = "time not yet known"
NOT_KNOWN = "time not known"


@dataclass(frozen=True)
class Timing:
    """How fast this machine is, None while nobody knows; `coming` when it is being found out."""

    calibration: Calibration | None
    coming: bool

    def words(self, found: Forecast | None) -> str:
        """About how long a map will take."""
        if found is None or (self.calibration and found.seconds is None):
            return NOT_KNOWN
        if found.seconds is None:
            return NOT_YET if self.coming else NOT_KNOWN
        return roughly(found.seconds)


def timing(services: Services) -> Timing:
    """The calibration of this machine; when there is none it is asked for, once."""
    key = _key(services.settings)
    found = kept(services.settings, key)
    if found:
        return Timing(found, coming=False)
    asked = [job for job in services.jobs.list(kind=CALIBRATE) if job.params.get("key") == key]
    newest = asked[0] if asked else submit_calibration(services.jobs, key)
    return Timing(None, coming=newest.active)


def forecast_of(services: Services, study: Study, params: EmbedParams, of: Timing) -> Forecast | None:
    """What a map will take; None when the files of the study cannot be looked into."""
    try:
        return forecast(of.calibration, study_sizes(study, params.network, store=services.store), params)
    except GeneweaveError:
        return None


def preset_forecasts(services: Services, study: Study, of: Timing) -> dict[str, Forecast | None]:
    """What a map will take by each preset."""
    return {preset.name: forecast_of(services, study, preset.params, of) for preset in PRESETS}


def shortage(found: dict[str, Forecast | None]) -> str:
    """The sentence about presets that the memory will not suffice for; empty when it does for all."""
    short = [preset for preset in PRESETS if found[preset.name] and not found[preset.name].fits]
    if not short:
        return ""
    labels = [preset.label for preset in short]
    return found[short[-1].name].shortage(labels[0] if len(labels) == 1 else f"The largest of {listing(labels)}")


_key = lru_cache(maxsize=1)(machine_key)
