"""What makes or changes an edition's inputs: the only room that writes below ``data/``.

``reference`` makes percentiles, moments, goalposts and weights anew from the figures of the
reference population, ``roll`` makes the next edition, ``indicator`` adds an indicator or takes
one out; ``whole`` changes an edition's folder whole or not at all.
"""
