"""Processes that render side by side: warm workers here, or a cluster's."""
