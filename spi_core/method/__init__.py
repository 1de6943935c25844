"""The small core: arrays in, arrays out, every formula of the index.

Standardise (``normalise``, ``treat``), weigh (``moments``, ``weights``), fill single gaps
(``impute``), average (``means``, ``aggregate``), decide (``recipe``), score (``score``); errors,
intervals and ranks. No file, no table, no other room: other tools import it.
"""
