"""State who is treated, when, on which outcomes and against whom; and fingerprint it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

#: What is said of a design, and what follows from the edition's levels, is no part of its protocol.
UNHASHED = ("name", "card", "by_unit", "called", "dated", "unseen")
#: Later fields: left out of the fingerprint where a protocol does not use them, so that older
#: fingerprints still fit.
LATER = ("series", "spillover_km", "estimator", "worth", "donors", "alongside", "cost")
#: Comparisons with areas outside the edition, which a panel of ``series.yml`` brings.
WIDE = ("london", "matched", "boroughs")
Selection = Literal["baseline_figure", "lasting_level", "lot", "other", "unknown"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome of the protocol.

    Parameters
    ----------
    id : str
        Indicator, component or series.
    direction : {"up", "down"}
        Which way is better.
    label, unit : str
        Words for readers; the id and nothing if left out.
    """

    id: str
    direction: Literal["up", "down"]
    label: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Donor:
    """What is known of a like scheme elsewhere, which makes an area unfit to compare with.

    Parameters
    ----------
    area, start : str
        Code; when the scheme began, "" where that is not known.
    what, source : str
        Words for readers.
    """

    area: str
    start: str = ""
    what: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Design:
    """Protocol of one intervention chapter; hashed but for `name`, `card`, `by_unit`, `called`.

    Parameters
    ----------
    id, name : str
        Key and title.
    start, end : str
        ISO dates, or year or year-month where no more is known; end "" when it goes on.
    targeting : str
        Id of the level at which areas were chosen.
    treated, excluded : tuple of str
        Codes at that level, sorted; excluded areas belong to neither side.
    comparison : "others", "none", one of `WIDE` or tuple of str
        Who they are compared with.
    earlier, before, after : tuple of str
        Periods: for pre-trends only, and those averaged before and after.
    primary, exploratory, placebo : tuple of Outcome
        Outcomes named beforehand (1–6), the rest, and those that should not move.
    covariate : str
        Baseline covariate of the areas table; "" for none.
    alpha, power : float
        Two-sided level and the power of the minimum detectable effect.
    selection : str
        Why these areas were chosen.
    inferred : bool
        Whether the treated areas are inferred.
    card : mapping
        Programme card.
    series : str
        Panel of ``series.yml`` that the outcomes are of; "" for the edition's own figures.
    spillover_km : float
        Width of the ring around treated areas that is on neither side.
    estimator : {"", "ratio", "difference", "ancova"}
        The one that decides; "" is the ratio for a panel of counts.
    worth : float
        Smallest effect worth having, a size: per cent for a panel of counts, else in the unit of
        the outcome; 0 where the protocol names none.
    donors : tuple of Donor
        Like schemes elsewhere.
    alongside : str
        What else changed there at the same time, so that no effect can be told from it.
    cost : float
        Pounds that it cost in the periods after; 0 where the protocol names none.
    by_unit : bool
        Whether whole units of evidence were chosen, or some of their parts.
    called : str
        What the areas chosen among are called.
    dated : str
        Day on which ``spi protocol`` wrote this very protocol down; "" where it did not.
    unseen : bool
        Whether the edition then held no figure of the periods after.
    """

    id: str
    name: str
    start: str
    targeting: str
    treated: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    primary: tuple[Outcome, ...]
    end: str = ""
    comparison: str | tuple[str, ...] = "others"
    excluded: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    exploratory: tuple[Outcome, ...] = ()
    placebo: tuple[Outcome, ...] = ()
    covariate: str = ""
    alpha: float = 0.05
    power: float = 0.8
    selection: Selection = "unknown"
    inferred: bool = False
    card: Mapping[str, Any] = field(default_factory=dict)
    series: str = ""
    spillover_km: float = 0.0
    estimator: Literal["", "ratio", "difference", "ancova"] = ""
    worth: float = 0.0
    donors: tuple[Donor, ...] = ()
    alongside: str = ""
    cost: float = 0.0
    by_unit: bool = True
    called: str = "wards"
    dated: str = ""
    unseen: bool = False

    @property
    def wide(self) -> bool:
        """Whether it compares with areas outside the edition."""
        return bool(self.series)

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """All outcomes: the primary ones first, then those that should not move, then the rest."""
        return (*self.primary, *self.placebo, *self.exploratory)


def protocol_hash(design: Design) -> str:
    """Fingerprint of the protocol: it shows a change, not when the protocol was made.

    Parameters
    ----------
    design : Design
        Protocol.

    Returns
    -------
    str
        SHA-256, in hexadecimal, of the canonical JSON (keys sorted, no blanks, UTF-8) of all fields
        that are the protocol's.

    Examples
    --------
    >>> design = Design("a", "A", "2018", "ward", ("W1", "W2"), ("2017",), ("2019",),
    ...                 (Outcome("crime", "down"),))
    >>> protocol_hash(design)[:12]
    'de553ceea265'
    """
    unused = {key for key in LATER if not getattr(design, key)}
    left_out = {*UNHASHED, *unused}
    protocol = {key: value for key, value in asdict(design).items() if key not in left_out}
    canonical = json.dumps(protocol, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()
