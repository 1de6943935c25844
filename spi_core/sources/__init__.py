"""What makes or changes an edition's inputs: the only room that writes below ``data/``.

``reference`` makes percentiles, moments, goalposts and weights anew from the figures of the
reference population, ``new_edition`` and ``roll`` make editions, ``indicator`` adds an indicator or
takes one out, ``extract`` takes in what a council sends, ``fetch`` what publishers offer,
``template`` asks an owner; ``whole`` changes an edition's folder whole or not at all.
"""
