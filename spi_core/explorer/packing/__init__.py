"""The page's data made short: each number as what is left when others foretell it."""
