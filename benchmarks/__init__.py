"""What ``make bench`` runs: speed, memory and calibration, printed and never asserted."""
