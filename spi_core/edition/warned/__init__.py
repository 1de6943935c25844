"""What looks wrong and may be right: said until somebody accepts it, and no reason to stop.

A check is a function of the edition that yields `Warned`; ``collect`` is the verb.
"""
