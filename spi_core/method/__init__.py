"""The small core: arrays in, arrays out, every formula of the index.

Standardise (``normalise``, ``treat``), weigh (``moments``, ``weights``), fill single gaps
(``impute``), average (``means``, ``aggregate``), score (``score``); intervals and ranks; what made
a change; how well indicators belong together. No file, no table, no other room: other tools import
it.
"""
