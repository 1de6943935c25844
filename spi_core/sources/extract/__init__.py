"""Take in a council's extract: any file → its cells → areas, indicators, periods → observations.

Tolerance lives here: ``files`` opens, ``cells`` reads one cell, ``names`` matches, ``table`` finds
what stands where, ``dates`` tells when, ``figures`` and ``units`` make observations, ``preview``
shows, ``keep`` writes.
"""
