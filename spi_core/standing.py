"""Where an area stands: its difference from the borough and the quarter of the wards it falls in."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["quarter", "rank"]


def rank(scores: ArrayLike) -> NDArray[np.float64]:
    """Rank areas by score, 1 the highest; ties share the middle of their places.

    Parameters
    ----------
    scores : array_like, shape (..., areas)
        NaN where not scored.

    Returns
    -------
    ndarray, same shape
        NaN where not scored: such an area takes no place.

    Examples
    --------
    >>> rank([40.0, 60.0, np.nan, 50.0])
    array([ 3.,  1., nan,  2.])
    """
    x = np.asarray(scores, float)
    higher = (x[..., None, :] > x[..., :, None]).sum(-1)
    equal = (x[..., None, :] == x[..., :, None]).sum(-1)
    return np.where(np.isnan(x), np.nan, higher + (equal + 1) / 2)


def quarter(scores: ArrayLike) -> NDArray[np.float64]:
    """Quarter of the areas that each falls in, 1 the highest.

    Parameters
    ----------
    scores : array_like, shape (..., areas)
        NaN where not scored.

    Returns
    -------
    ndarray, same shape
        1, 2, 3 or 4; NaN where not scored.

    Notes
    -----
    ``ceil(4 rank / n)``: of 17 wards the first four are the highest quarter and the last five
    the lowest. Areas with the same score are never parted.

    Examples
    --------
    >>> quarter([10.0, 20.0, 30.0, 40.0, 50.0])
    array([4., 4., 3., 2., 1.])
    """
    x = np.asarray(scores, float)
    n = np.isfinite(x).sum(-1, keepdims=True)
    return np.ceil(4 * np.floor(rank(x)) / np.maximum(n, 1))
