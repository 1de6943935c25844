"""Impact of interventions: difference-in-differences for few treated wards, and its refusals.

The ward is the unit of evidence, the exact permutation of ward sets is the primary test, and a
question that the data cannot answer is refused in words.
"""
