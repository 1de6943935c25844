"""Numbers beside a rating: one that is clear is never printed as nothing."""

from __future__ import annotations

from spi_core.present.base.numbers import signed

__all__ = ["change_words", "likely"]


def change_words(value: float, clear: bool) -> str:
    """Write a change, or an end of its interval.

    Parameters
    ----------
    value : float
        Points.
    clear : bool
        Whether a rating beside it says that it is not zero.

    Returns
    -------
    str
        One decimal; where that would print a clear one as 0, two, or on which side of 0 it lies.

    Examples
    --------
    >>> change_words(1.24, True), change_words(0.04, False)
    ('+1.2', '0.0')
    >>> change_words(0.04, True), change_words(0.001, True), change_words(-0.001, True)
    ('+0.04', 'just above 0', 'just below 0')
    """
    text = signed(value)
    if not clear or value == 0 or text[0] in "+−–":
        return text
    text = signed(value, 2)
    if text[0] in "+−":
        return text
    return f"just {'above' if value > 0 else 'below'} 0"


def likely(low: float, high: float) -> str:
    """Write the interval of a change.

    Parameters
    ----------
    low, high : float
        Its ends.

    Examples
    --------
    >>> likely(-0.42, 3.6), likely(0.001, 3.6)
    ('−0.4 to +3.6', 'just above 0 to +3.6')
    """
    clear = low > 0 or high < 0
    return f"{change_words(low, clear)} to {change_words(high, clear)}"
