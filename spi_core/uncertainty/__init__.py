"""How sure a score, a rank and a change are.

``sampling`` gives every raw value its error, ``alternatives`` every choice its range;
``replicates`` scores thousands of draws, ``simulate`` turns them into intervals; ``change``,
``peers`` and ``gaps`` rate what they show, ``decompose`` says what made a change, ``sobol`` which
choice matters, ``reliability`` how well the indicators of a component belong together.
"""
