"""The orchestrator: an edition becomes the built tables.

Every number that is shown anywhere is computed here, once. ``edition`` runs the whole;
``fitting`` and ``treated`` decide the recipe, ``evidence`` draws what statements rest on, the
others lay out tables; ``audit`` holds those that a reviewer asks for.
"""
