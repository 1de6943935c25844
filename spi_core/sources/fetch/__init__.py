"""Take in what publishers offer: a mapping in the edition → a request → a table → observations.

``web`` speaks HTTP, ``mapping`` reads what is wanted, ``nomis`` ``arcgis`` ``police``
``fingertips`` ``datastore`` know a protocol each, ``figures`` refuses what is not whole,
``take`` goes through the door of ``spi import``, ``geography`` changes the areas, ``due`` is when.
"""
