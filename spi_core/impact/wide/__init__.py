"""Impact against areas beyond the borough: what was observed over what was to be expected.

Sets of areas of the same shape, elsewhere, say how far chance alone takes that; boroughs are held
against a synthetic one. Pure array functions, but for `field` and `chapter`.
"""
