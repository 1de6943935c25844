"""From scores to decisions: what matters most, and how sure that is.

``priorities`` ranks an area's figures by need, influence and certainty.
"""
