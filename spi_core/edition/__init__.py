"""What comes in, and whether it is fit: settings, framework, areas, panel, interventions.

``inputs.load`` is the door: it reads a folder of files, names every fault at once, and hands on
one :class:`~spi_core.edition.inputs.Inputs`. ``readers`` open files, ``areas`` know how places nest
and change, ``interventions`` hold the protocols of impact chapters.
"""
