"""The mark of illustrative values: one symbol and one sentence, wherever such a value is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from spi_core.store import Tables

#: Stands after every value that rests on generated figures; the bundled fonts have it.
SYMBOL = "◇"
#: The status of such a value in the data.
WORD = "illustrative"
#: Stands below every chart and table that holds such a value.
LEGEND = f"{SYMBOL} {WORD}: generated, not measured, or resting on generated values"
#: What a picture says that holds no mark inside: of every value in it, or of some.
PICTURE = {
    True: (
        f"{SYMBOL} every value in this picture is {WORD}: generated, not measured, or resting on "
        "generated values",
        f"{SYMBOL} every value in this picture is {WORD}: generated or resting on such",
        f"{SYMBOL} every value is {WORD}, not measured",
    ),
    False: (
        f"{SYMBOL} this picture holds {WORD} values: generated, not measured, or resting on "
        "generated values",
        f"{SYMBOL} this picture holds {WORD} values: generated or resting on such",
        f"{SYMBOL} holds {WORD} values, not measured",
    ),
}
#: Stands on every page that is not for the public.
INTERNAL = "OFFICIAL-SENSITIVE"


def one_each(illustrative: bool | Iterable[object]) -> bool | list[bool]:
    """Take the flags of a picture: one for all of it, or one a value.

    Parameters
    ----------
    illustrative : bool or iterable of bool
        A table gives the names of its columns, a blank counts as true: neither says anything of a
        value.

    Raises
    ------
    TypeError
        If there is anything but flags.

    Examples
    --------
    >>> one_each(True), one_each([True, False])
    (True, [True, False])
    """
    from numpy import bool_  # the command line reads marks without tables, and must be quick

    if isinstance(illustrative, bool | bool_):
        return bool(illustrative)
    each = list(illustrative)
    if wrong := [flag for flag in each if not isinstance(flag, bool | bool_)]:
        raise TypeError(f"one flag a value is needed, not {wrong[0]!r}")
    return [bool(flag) for flag in each]


def picture_keys(illustrative: bool | Iterable[object], inside: bool) -> tuple[str, ...]:
    """Say below a picture what its mark means, or which of its values would carry one.

    Parameters
    ----------
    illustrative : bool or iterable of bool
        Whether the picture shows any value that rests on generated ones, or one flag a value.
    inside : bool
        Whether the mark stands beside the values themselves: then its meaning is enough.

    Returns
    -------
    tuple of str
        The same in fewer and fewer words, for narrow pictures; empty without such a value. That
        every value is generated is said only where every flag says so.

    Examples
    --------
    >>> picture_keys(False, inside=True)
    ()
    >>> picture_keys([True, True], inside=False)[-1]
    '◇ every value is illustrative, not measured'
    >>> picture_keys([True, False], inside=False)[-1], picture_keys(True, inside=True)[-1]
    ('◇ holds illustrative values, not measured', '◇ illustrative: generated, not measured')
    """
    flags = one_each(illustrative)
    each = [flags] if isinstance(flags, bool) else flags
    if not any(each):
        return ()
    if inside:
        return (LEGEND, f"{SYMBOL} {WORD}: generated, not measured")
    return PICTURE[flags is not True and all(each)]


def marked(text: str, illustrative: object) -> str:
    """Put the mark behind a value.

    Parameters
    ----------
    text : str
        The value as it is printed.
    illustrative : bool
        Whether it rests on a generated value.

    Returns
    -------
    str
        A dash stays a dash: it shows no value. Empty text gives the bare mark.

    Examples
    --------
    >>> marked("43", True), marked("43", False), marked("–", True)
    ('43◇', '43', '–')
    """
    return f"{text}{SYMBOL}" if bool(illustrative) and text != "–" else text


def sentence(text: str, illustrative: object) -> str:
    r"""Put the mark behind a sentence or a paragraph whose figures rest on generated values.

    Parameters
    ----------
    text : str
        May be empty: then it stays so.
    illustrative : bool
        Whether any figure in it does.

    Examples
    --------
    >>> sentence("It scores 43.", True)
    'It scores 43.\xa0◇'
    """
    # not to be parted from its sentence at the end of a line
    return f"{text}\u00a0{SYMBOL}" if bool(illustrative) and text else text


def flags(tables: Tables, name: str) -> pd.Series:
    """Say which rows of a built table rest on generated values.

    Parameters
    ----------
    name : str
        A table.

    Returns
    -------
    Series of bool
        Its column ``illustrative``. A table without one is taken at its worst: illustrative
        wherever the edition says that any of its values is.
    """
    frame: pd.DataFrame = tables[name]
    edition: Mapping[str, Any] = tables.about["edition"]
    made_up = bool(edition.get("illustrative", False))
    if WORD in frame:
        found: pd.Series = frame[WORD].astype("boolean").fillna(made_up).astype(bool)
        return found
    if "provenance" in frame:
        said: pd.Series = frame["provenance"].eq(WORD)
        return said
    import pandas as pd  # the command line reads marks without tables, and must be quick

    return pd.Series(made_up, index=frame.index)


def carried(tables: Tables, name: str) -> pd.DataFrame:
    """Take a built table with its column ``illustrative``, whether the build wrote one or not.

    Parameters
    ----------
    name : str
        A table.
    """
    frame: pd.DataFrame = tables[name]
    return frame.assign(illustrative=flags(tables, name))


def of_area(frame: pd.DataFrame, code: str) -> pd.DataFrame:
    """Take the rows of one area; a brief asks for many, and a query in words is slow."""
    return frame[frame["area_code"] == code]


def mark_rows(
    frame: pd.DataFrame, illustrative: Sequence[bool] | pd.Series | bool, columns: Sequence[str]
) -> pd.DataFrame:
    """Put the mark behind the cells of some rows.

    Parameters
    ----------
    frame : DataFrame
        Cells as text.
    illustrative : sequence of bool or bool
        One a row, or one for all.
    columns : sequence of str
        The columns whose cells are marked; those that the frame lacks are passed over.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"Ward": ["Heath", "River"], "Index": ["43", "51"]})
    >>> list(mark_rows(table, [True, False], ["Index"])["Index"])
    ['43◇', '51']
    """
    shown = frame.copy()
    each = [illustrative] * len(frame) if isinstance(illustrative, bool) else list(illustrative)
    for column in [c for c in columns if c in frame]:
        cells = zip(shown[column], each, strict=True)
        shown[column] = [marked(str(cell), made_up) for cell, made_up in cells]
    return shown


def page_mark(about: Mapping[str, Any]) -> str:
    """Say what every page of every document must carry.

    Parameters
    ----------
    about : mapping
        Facts of the build.

    Returns
    -------
    str
        Empty for a public edition without generated values.

    Examples
    --------
    >>> page_mark({"edition": {"illustrative": True}, "audience": "internal"})
    'OFFICIAL-SENSITIVE · Illustrative edition: figures marked ◇ are generated, not measured'
    >>> page_mark({"edition": {"illustrative": False}})
    ''
    """
    said = [INTERNAL] if about.get("audience") == "internal" else []
    if about["edition"].get("illustrative"):
        said.append(f"Illustrative edition: figures marked {SYMBOL} are generated, not measured")
    return " · ".join(said)
