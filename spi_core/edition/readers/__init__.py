"""Open what people send: CSV files and workbooks as cells, rows and tables with faults."""
