"""Open data: tidy tables, a workbook, and their description."""
