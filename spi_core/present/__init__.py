"""What the notebooks call: charts, maps, tables and sentences from built tables."""
