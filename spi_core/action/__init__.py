"""From scores to decisions: what matters most, how sure that is, and what was promised.

``distances`` holds figures against others in people and says what would bring them level,
``priorities`` ranks an area's figures by need, influence and certainty, ``targets`` judges whether
what was promised is on track.
"""
