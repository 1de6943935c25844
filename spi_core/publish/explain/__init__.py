"""Where a number comes from: its tree, and the tree in words."""
