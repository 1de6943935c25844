"""Protocols of interventions: who was treated, when, which outcomes, against whom."""
