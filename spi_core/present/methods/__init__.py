"""The methods chapter: the audit, the register, levels, one score worked by hand."""
