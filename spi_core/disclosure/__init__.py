"""Statistical disclosure control: what may be published, and proof that the rest stays hidden.

``rules`` reads the register's rules, ``classify`` finds what is too small to show, ``protect``
hides what would give it away, ``links`` does so across related tables, ``control`` puts it
together and ``attack`` tries to break the result from the reader's side.
"""
