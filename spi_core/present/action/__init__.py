"""Documents for action: partner briefs, commissioning briefs, what was promised; tables alone."""
