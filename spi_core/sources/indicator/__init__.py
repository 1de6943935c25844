"""An indicator added to an edition or taken out, from files or the population's figures."""
