"""What makes or changes an edition's inputs: the only room that writes below ``data/``.

``reference`` makes percentiles, moments, goalposts and weights anew from the figures of the
reference population; ``extract`` takes in what a council sends, ``template`` asks it of an owner.
"""
